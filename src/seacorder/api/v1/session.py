"""`/api/v1/session`: who is signed in, signing in by a password, and signing out. Open to everybody."""

from fastapi import Request
from starlette.responses import Response

from seacorder.api.http import documented, wire
from seacorder.api.http.access import Access, Caller, token_in
from seacorder.api.v1.view import View, answered
from seacorder.base.stored_secret import PASSWORD_CHARACTERS_MAX
from seacorder.model.access import AccessRole

SESSION_BODY = documented.body(
    {"password": {"type": "string", "maxLength": PASSWORD_CHARACTERS_MAX}},
    {"password": "the password"},
    required=("password",),
)


class SessionView(View):
    """Who asks, as the recorder knows him."""

    role: AccessRole | None
    """`operator` may do everything, `viewer` looks and changes nothing; null: nobody has signed in."""
    name: str | None
    """As the settings name him; null where nobody is asked, or has signed in."""
    asks: bool
    """False: everybody who reaches the recorder may do everything."""
    is_open_to_network: bool
    """Other computers reach the recorder, and nobody is asked who he is."""


class Sessions:
    """Signing in and out."""

    def __init__(self, access: Access, *, is_open_to_network: bool) -> None:
        self._access = access
        self._is_open_to_network = is_open_to_network

    async def session(self, request: Request) -> Response:
        """Who is signed in. Asking prolongs the session, so that it does not end while it is used."""
        caller = self._access.caller(request.headers)
        answer = self._answer(caller)
        if caller is not None and token_in(request.headers) is None:
            answer.headers["set-cookie"] = self._access.set_cookie(caller, is_secure=_is_secure(request))
        return answer

    async def sign_in(self, request: Request) -> Response:
        """Begins a session. A wrong password is 401; too many of them from one address have to wait: 429."""
        sent = wire.read_fields(await wire.read_object(request), {"password": wire.text}, required=True)
        address = request.client.host if request.client else ""
        caller = await self._access.sign_in(sent.get("password", ""), address)
        answer = self._answer(caller)
        answer.headers["set-cookie"] = self._access.set_cookie(caller, is_secure=_is_secure(request))
        return answer

    async def sign_out(self, request: Request) -> Response:
        """Ends the session in this browser."""
        answer = self._answer(None)
        for header in self._access.unset_cookies(is_secure=_is_secure(request)):
            answer.headers.append("set-cookie", header)
        return answer

    def _answer(self, caller: Caller | None) -> Response:
        asks = self._access.asks
        role = caller.role if caller is not None else None if asks else AccessRole.OPERATOR
        name = None if caller is None else caller.name
        return answered(SessionView(
            role=role, name=name, asks=asks, is_open_to_network=self._is_open_to_network,
        ))


def _is_secure(request: Request) -> bool:
    return request.url.scheme == "https"
