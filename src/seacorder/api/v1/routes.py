"""Our own API, `/api/v1`: ordinary status codes, achieved instants, a result for each channel.

Add a route here, one line: method, path, the method that answers, the answer's class, the failures that it may give.
A list of rows of the catalogue is added to `CatalogueRows.routes`.
What answers lies in the module of its noun beside this one (`commands`, `settings`, `rows`, `events`); it asks the
recorder through `api.recorder_protocol`, which `control.recorder` and the tests' fake recorder both follow. Then the
route needs its entry in docs/programs/api.md (a test says so), and a method in `client.recorder` where a command
of the command line wants it.
"""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from starlette.responses import JSONResponse, Response

from seacorder.api.http import documented
from seacorder.api.recorder_protocol import Recorder, SetupSource
from seacorder.api.v1.archive import Archives
from seacorder.api.v1.blackbox import KEEP_BODY, BlackboxAndHoldings, BlackboxCommands, KeptView
from seacorder.api.v1.commands import FRAMEGRAB_BODY, OVERLAY_BODY, SEEN_BODY, Commands, Jpeg, Outcome, OverlayView
from seacorder.api.v1.copies import Copies, CopiesView, VerifiedCopiesView
from seacorder.api.v1.definitions import (
    DEFINITION_BODY,
    TRY_LINE_BODY,
    Definitions,
    DefinitionsView,
    DefinitionView,
    LineTriedView,
)
from seacorder.api.v1.dive_context import CONTEXT_BODY, ContextCommands, ContextView
from seacorder.api.v1.events import EventFeed
from seacorder.api.v1.files import Files
from seacorder.api.v1.lines import Lines, LinesView
from seacorder.api.v1.live import LiveFeed
from seacorder.api.v1.observation_bodies import EDIT_BODY, ENTRY_BODY, KIND_BODY, PRESS_BODY
from seacorder.api.v1.observation_views import KindsView, KindView, ObservationPage, ObservationView, OutlinePage
from seacorder.api.v1.observations import Observations
from seacorder.api.v1.readings import HistoryView, Readings, ReadingsView, SourcesView
from seacorder.api.v1.removal_rules import RemovalRulesView, RuleAnswers
from seacorder.api.v1.removals import (
    REMOVE_BODY,
    SEE_BODY,
    AbsenceCommands,
    AbsenceRow,
    RemovalAnswer,
    RemovalCommands,
    RemovalRow,
)
from seacorder.api.v1.rows import CatalogueRows, PageOf
from seacorder.api.v1.session import SESSION_BODY, Sessions, SessionView
from seacorder.api.v1.settings import CHANNEL_BODY, RECORDER_BODY, SettingsCommands
from seacorder.api.v1.settings_views import ChannelSettingsAnswer, SettingsAnswer
from seacorder.api.v1.setup import (
    CHANNEL_TABLE_BODY,
    DATA_LOG_BODY,
    LINES_BODY,
    NARRATION_BODY,
    OVERLAY_TABLE_BODY,
    SERVER_BODY,
    SOURCE_TABLE_BODY,
    STORAGE_BODY,
    TRY_BODY,
    SetupCommands,
    SetupView,
    TriedView,
)
from seacorder.api.v1.status_views import AlarmView, StatusView
from seacorder.api.v1.templates import TEMPLATES_BODY, NamesView, Templates, TemplatesView


def add_v1(app: FastAPI, recorder: Recorder, setup: SetupSource | None = None) -> None:
    """Declares every route of `/api/v1`."""
    commands = Commands(recorder)
    _route(app, "GET", "/status", commands.status, model=StatusView)
    _route(app, "POST", "/recording/start", commands.start_recording, model=Outcome, fails=(409, 503))
    _route(app, "POST", "/recording/stop", commands.stop_recording, model=Outcome, fails=(409, 503))
    _route(app, "POST", "/clip/start", commands.start_clip, model=Outcome, fails=(409, 503))
    _route(app, "POST", "/clip/stop", commands.stop_clip, model=Outcome, fails=(409, 503))
    _route(
        app, "POST", "/framegrab", commands.take_framegrab, model=Outcome, fails=(400, 404, 409),
        extra=FRAMEGRAB_BODY,
    )
    _route(app, "POST", "/alarms/seen", commands.see_alarm, model=AlarmView, fails=(400, 404), extra=SEEN_BODY)
    _route(app, "GET", "/channels/{index}/picture.jpg", commands.picture, fails=(400, 404), answer=Jpeg)
    _route(app, "GET", "/overlay", commands.overlay, model=OverlayView)
    _route(app, "PUT", "/overlay", commands.set_overlay, model=OverlayView, fails=(400,), extra=OVERLAY_BODY)
    _route(app, "DELETE", "/overlay", commands.clear_overlay, model=OverlayView)
    _add_context(app, ContextCommands(recorder))
    _add_settings(app, recorder)
    _add_setup(app, SetupCommands(recorder, setup))
    _add_observations(app, Observations(recorder))
    _add_recorded(app, recorder)
    _add_blackbox(app, BlackboxCommands(recorder))
    _add_survey(app, recorder, setup)
    app.add_api_websocket_route("/api/v1/events", EventFeed(recorder).serve)
    app.add_api_websocket_route("/api/v1/live", LiveFeed(recorder).serve)


def _add_settings(app: FastAPI, recorder: Recorder) -> None:
    settings, no_such = SettingsCommands(recorder), (400, 404, 409, 503)
    all_of_it, one = SettingsAnswer, ChannelSettingsAnswer
    _route(app, "GET", "/settings", settings.settings, model=all_of_it)
    _route(
        app, "PATCH", "/settings", settings.change_settings, model=all_of_it, fails=(400, 409, 503),
        extra=RECORDER_BODY,
    )
    _route(app, "DELETE", "/settings", settings.reset_settings, model=all_of_it, fails=(400, 409, 503))
    _route(app, "GET", "/channels/{index}/settings", settings.channel_settings, model=one, fails=(400, 404))
    _route(
        app, "PATCH", "/channels/{index}/settings", settings.change_channel_settings, model=one, fails=no_such,
        extra=CHANNEL_BODY,
    )
    templates = Templates(recorder)
    _route(app, "GET", "/templates", templates.templates, model=TemplatesView)
    _route(
        app, "PATCH", "/templates", templates.change, model=TemplatesView, fails=(400, 409, 503), extra=TEMPLATES_BODY
    )
    _route(
        app, "POST", "/templates/evaluate", templates.evaluate, model=NamesView, fails=(400, 409), extra=TEMPLATES_BODY
    )


def _add_survey(app: FastAPI, recorder: Recorder, setup: SetupSource | None) -> None:
    """What instruments say."""
    readings = Readings(recorder)
    _route(app, "GET", "/readings", readings.readings, model=ReadingsView)
    _route(app, "GET", "/readings/history", readings.history, model=HistoryView, fails=(400,))
    _route(app, "GET", "/telemetry", readings.sources, model=SourcesView)
    definitions, one_definition = Definitions(recorder, setup), "/telemetry/definitions/{name}"
    _route(app, "GET", "/telemetry/definitions", definitions.definitions, model=DefinitionsView)
    _route(app, "GET", one_definition, definitions.definition, model=DefinitionView, fails=(400, 404))
    _route(
        app, "PUT", one_definition, definitions.put, model=DefinitionView, fails=(400, 409, 503), extra=DEFINITION_BODY
    )
    _route(app, "DELETE", one_definition, definitions.remove, fails=(400, 404, 503), status=204)
    _route(
        app, "POST", "/telemetry/definitions/try", definitions.try_line, model=LineTriedView, fails=(400, 409, 503),
        extra=TRY_LINE_BODY,
    )
    lines = Lines(recorder)
    _route(app, "GET", "/telemetry/lines", lines.newest, model=LinesView, fails=(400, 404, 503))
    app.add_api_websocket_route("/api/v1/telemetry/lines", lines.follow)
    app.add_api_websocket_route("/api/v1/readings", readings.follow)


def _add_setup(app: FastAPI, setup: SetupCommands) -> None:
    """What takes effect when the program is started again."""
    all_of_it, fails = SetupView, (400, 404, 409, 507)
    _route(app, "GET", "/setup", setup.now, model=all_of_it, fails=(409,))
    _route(app, "DELETE", "/setup", setup.take_back, model=all_of_it, fails=(409, 507))
    _route(app, "POST", "/setup/restart", setup.restart, fails=(409,), status=204)
    _route(app, "POST", "/setup/channels/try", setup.try_channel, model=TriedView, fails=(400, 409), extra=TRY_BODY)
    _route(
        app, "POST", "/setup/channels", setup.add_channel, model=all_of_it, fails=fails, extra=CHANNEL_TABLE_BODY,
        status=201,
    )
    _route(app, "PUT", "/setup/channels", setup.put_channel, model=all_of_it, fails=fails, extra=CHANNEL_TABLE_BODY)
    _route(app, "DELETE", "/setup/channels", setup.remove_channel, model=all_of_it, fails=fails)
    body = SOURCE_TABLE_BODY
    _route(app, "POST", "/setup/sources", setup.add_source, model=all_of_it, fails=fails, extra=body, status=201)
    _route(app, "PUT", "/setup/sources", setup.put_source, model=all_of_it, fails=fails, extra=body)
    _route(app, "DELETE", "/setup/sources", setup.remove_source, model=all_of_it, fails=fails)
    _route(app, "PATCH", "/setup/storage", setup.change_storage, model=all_of_it, fails=fails, extra=STORAGE_BODY)
    _route(app, "PUT", "/setup/overlay", setup.put_overlay, model=all_of_it, fails=fails, extra=OVERLAY_TABLE_BODY)
    _route(app, "PUT", "/setup/data-log", setup.put_data_log, model=all_of_it, fails=fails, extra=DATA_LOG_BODY)
    _route(app, "PUT", "/setup/narration", setup.put_narration, model=all_of_it, fails=fails, extra=NARRATION_BODY)
    _route(app, "PUT", "/setup/readings-out", setup.put_readings_out, model=all_of_it, fails=fails, extra=LINES_BODY)
    _route(app, "PATCH", "/setup/server", setup.change_server, model=all_of_it, fails=fails, extra=SERVER_BODY)
    _route(
        app, "POST", "/setup/overlay/preview", setup.preview_overlay, fails=(400, 404, 409, 503),
        extra=OVERLAY_TABLE_BODY, answer=Jpeg,
    )


def add_session(app: FastAPI, sessions: Sessions) -> None:
    """Declares what everybody may ask for: who he is."""
    _route(app, "GET", "/session", sessions.session, model=SessionView)
    _route(app, "POST", "/session", sessions.sign_in, model=SessionView, fails=(400, 401, 429), extra=SESSION_BODY)
    _route(app, "DELETE", "/session", sessions.sign_out, model=SessionView)


def _add_context(app: FastAPI, context: ContextCommands) -> None:
    _route(app, "GET", "/context", context.context, model=ContextView)
    _route(app, "PATCH", "/context", context.change, model=ContextView, fails=(400, 503), extra=CONTEXT_BODY)
    _route(app, "PUT", "/context", context.replace, model=ContextView, fails=(400, 503), extra=CONTEXT_BODY)
    _route(app, "DELETE", "/context", context.clear, model=ContextView, fails=(503,))


def _add_blackbox(app: FastAPI, box: BlackboxCommands) -> None:
    fails = (400, 404, 409, 503, 507)
    _route(app, "GET", "/blackbox", box.blackbox, model=BlackboxAndHoldings, fails=(404,))
    _route(app, "POST", "/blackbox/keep", box.keep, model=KeptView, fails=fails, extra=KEEP_BODY, status=201)


def _add_observations(app: FastAPI, book: Observations) -> None:
    one, fails, no_such = ObservationView, (400, 404, 409, 503), (404, 503)
    _route(app, "GET", "/observations", book.all, model=ObservationPage, fails=(400, 503))
    _route(app, "POST", "/observations", book.enter, model=one, fails=fails, extra=ENTRY_BODY, status=201)
    _route(app, "GET", "/observations/outlines", book.outlines, model=OutlinePage, fails=(400, 503))
    _route(app, "GET", "/observations/export", book.export, fails=(400, 409, 503), answer=Response)
    _route(app, "GET", "/observations/{id}", book.one, model=one, fails=no_such)
    _route(app, "POST", "/observations/{id}/close", book.close, model=one, fails=fails, extra=EDIT_BODY)
    _route(app, "POST", "/observations/{id}/revise", book.revise, model=one, fails=fails, extra=EDIT_BODY)
    _route(app, "POST", "/observations/{id}/withdraw", book.withdraw, model=one, fails=fails, extra=EDIT_BODY)
    _route(app, "GET", "/kinds", book.kinds, model=KindsView)
    _route(app, "POST", "/kinds/{code}", book.press, model=one, fails=fails, extra=PRESS_BODY, status=201)
    _route(app, "PUT", "/kinds/{code}", book.put_kind, model=KindView, fails=(400,), extra=KIND_BODY)
    _route(app, "DELETE", "/kinds/{code}", book.remove_kind, model=KindsView, fails=(404,))


def _add_recorded(app: FastAPI, recorder: Recorder) -> None:
    """The lists of what was recorded, and the files. HEAD is answered too: how long a file is, and which version of it.
    """
    files = Files(recorder)
    for path, answers, model in CatalogueRows(recorder).routes:
        _route(app, "GET", path, answers, model=model, fails=(400, 503))
    for file_path, sends in (
        ("/parts/{id}/file", files.part),
        ("/parts/{id}/subtitles.vtt", files.subtitles),
        ("/clips/{id}/file", files.clip),
        ("/framegrabs/{id}/file", files.framegrab),
    ):
        _route(app, "GET", file_path, sends, fails=(400, 404, 416, 503, 507), answer=Response)
        app.add_api_route(f"/api/v1{file_path}", sends, methods=["HEAD"], include_in_schema=False)
    copies = Copies(recorder)
    _route(app, "GET", "/copies", copies.targets, model=CopiesView)
    _route(app, "GET", "/recordings/{id}/copies", copies.of_recording, model=VerifiedCopiesView, fails=(400, 404, 503))
    fails, archives = (400, 404, 409, 503, 507), Archives(recorder)
    _route(app, "GET", "/recordings/{id}/archive.zip", archives.recording, fails=fails, answer=Response)
    _route(app, "GET", "/archive.zip", archives.stretch, fails=fails, answer=Response)
    _route(app, "GET", "/observations/{id}/archive.zip", archives.observation, fails=fails, answer=Response)
    removals = RemovalCommands(recorder)
    _route(app, "GET", "/removals", removals.removals, model=PageOf[RemovalRow], fails=(400, 503))
    _route(app, "GET", "/removals/rules", RuleAnswers(recorder).rules, model=RemovalRulesView, fails=(503,))
    _route(app, "GET", "/recordings/{id}/removal", removals.removal, model=RemovalAnswer, fails=fails)
    _route(
        app, "POST", "/recordings/{id}/remove", removals.remove, model=RemovalAnswer, fails=fails, extra=REMOVE_BODY
    )
    absences, missing = AbsenceCommands(recorder), PageOf[AbsenceRow]
    _route(app, "GET", "/absences", absences.absences, model=missing, fails=(400, 503))
    _route(app, "POST", "/absences/seen", absences.see, model=missing, fails=(400, 404, 503), extra=SEE_BODY)
    _route(app, "GET", "/parts/{id}/frame.jpg", files.part_frame, fails=fails, answer=Jpeg)
    _route(app, "GET", "/clips/{id}/frame.jpg", files.clip_frame, fails=fails, answer=Jpeg)


def _route(  # noqa: PLR0913 - one table of routes, a column each
    app: FastAPI,
    method: str,
    path: str,
    handler: Callable[..., Any],
    *,
    model: Any = None,
    fails: tuple[int, ...] = (),
    extra: dict[str, Any] | None = None,
    answer: type[Response] = JSONResponse,
    status: int = 200,
) -> None:
    app.add_api_route(
        f"/api/v1{path}", handler, methods=[method], response_model=model, status_code=status,
        responses=documented.failures(documented.OWN_PROBLEM, "4XX", "5XX", *fails), openapi_extra=extra, tags=["v1"],
        response_class=answer,
    )
