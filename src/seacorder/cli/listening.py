"""Where the program listens now, and where the next start would, which is tried before a change on the page is kept."""

from seacorder.api.http.certificate import Certificate, check_certificate
from seacorder.api.http.ports import claim_port
from seacorder.base.errors import BadRequest, SettingsError
from seacorder.cli.overrides import Overrides, with_options
from seacorder.config.schema import ServerSettings


class Listening:
    """Of a program that listens at `now`, and was started with these options."""

    def __init__(self, now: ServerSettings, options: Overrides) -> None:
        self._now = now
        self._options = options

    def now(self) -> ServerSettings:
        return self._now

    def after(self, coming: ServerSettings) -> ServerSettings:
        return with_options(coming, self._options)

    def check(self, coming: ServerSettings) -> None:
        """Blocks; raises BadRequest, with the key as its field."""
        after = self.after(coming)
        if after.inspector_port == after.integration_port:
            # Each alone is accepted; an option of the command line may be what makes them the same.
            fact = f"Both services would listen on port {after.inspector_port}."
            raise BadRequest(fact, "Give each its own.", field="inspector_port")
        keys = ["inspector_port", "integration_port", *(["secure_port"] if after.certificate is not None else [])]
        now = self._now
        mine = {now.inspector_port, now.integration_port, *([now.secure_port] if now.certificate is not None else [])}
        for key in keys:
            port = getattr(after, key)
            try:
                # This program holds its own ports until it ends; there only the address can be tried.
                for one in claim_port(after.host, 0 if port in mine else port, setting=key):
                    one.close()
            except SettingsError as error:
                fault = error.faults[0]
                field = "host" if fault.fact.startswith("[server] host") else key
                raise BadRequest(fault.fact.removeprefix("[server] "), fault.action, field=field) from error
        try:
            certificate_of(after)
        except SettingsError as error:
            raise BadRequest(error.faults[0].fact, error.faults[0].action) from error


def certificate_of(server: ServerSettings) -> Certificate | None:
    """The certificate for HTTPS; None if there is none. Raises SettingsError if it cannot be used. Blocks."""
    if server.certificate is None:
        return None
    key = server.certificate_key
    certificate = Certificate(str(server.certificate), None if key is None else str(key))
    check_certificate(certificate)
    return certificate
