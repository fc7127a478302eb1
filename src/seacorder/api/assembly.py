"""The layers around the commands, the same for both services: errors to answers, paths, the guard, who is let in,
targets."""

from fastapi import FastAPI

from seacorder.api import docs_page, operator_page
from seacorder.api.http.access import Access, AccessCheck
from seacorder.api.http.paths import Paths, PathTable, Targets
from seacorder.api.http.problems import Answering, install
from seacorder.api.http.security import Guard, own_names
from seacorder.config.schema import ServerSettings


def access_of(server: ServerSettings, session_key: bytes) -> Access:
    """Who is let in, by the settings; `session_key` signs the sessions of pages."""
    entries = [one.entry() for one in server.access]
    # Cookies do not know ports: two recorders on one computer would end each other's sessions.
    cookie = f"seacorder-{server.inspector_port}"
    return Access(entries, session_key, cookie, commands_need_token=server.commands_need_token)


def assemble(app: FastAPI, server: ServerSettings, access: Access) -> FastAPI:
    """Puts the layers around `app`. Call it after the last route was added. The layers are added from the inside out.
    """
    install(app)
    app.add_middleware(AccessCheck, access=access)
    app.add_middleware(Paths, table=PathTable(app.routes))
    app.add_middleware(Answering)
    names = own_names(server.host, server.allowed_hosts)
    app.add_middleware(
        Guard,
        names=names,
        origins=server.allowed_origins,
        open_paths=docs_page.OPEN_PATHS | operator_page.OPEN_PATHS,
        open_folders=operator_page.OPEN_FOLDERS,
    )
    app.add_middleware(Targets)
    return app
