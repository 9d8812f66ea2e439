"""Builds the application that granian serves: routes, the lifetime of connections, headers, errors."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from litestar import Litestar
from litestar.enums import HttpMethod, ScopeType
from litestar.openapi.config import OpenAPIConfig
from litestar.types import (
    ControllerRouterHandler,
    HTTPScope,
    LifeSpanReceive,
    LifeSpanScope,
    LifeSpanSend,
    Receive,
    Scope,
    Send,
)
from typing_extensions import override

from thidua.accounts.actions import signing_secret
from thidua.engine.record import recorder
from thidua.infra import collector
from thidua.infra.clock import now
from thidua.infra.database import close_pool, open_pool, transaction
from thidua.infra.logs import plain_logs
from thidua.infra.redis import close_client
from thidua.web import paging
from thidua.web.account import account_handlers
from thidua.web.account_actions import account_action_handlers
from thidua.web.account_audit import account_audit_handlers
from thidua.web.accounts import account_list_handlers
from thidua.web.activities import activity_page_handlers
from thidua.web.admission import BUSY, Passage, gate_of, is_reading
from thidua.web.api.activities import activity_handlers
from thidua.web.api.activity_types import activity_type_handlers
from thidua.web.api.badges import badge_api_handlers
from thidua.web.api.boards import board_handlers
from thidua.web.api.ledger import ledger_handlers
from thidua.web.api.moderation import moderation_handlers
from thidua.web.api.openapi import DocumentPlugin
from thidua.web.api.organisation import organisation_handlers
from thidua.web.badge_award_lists import badge_list_handlers
from thidua.web.badge_awarding import badge_awarding_handlers
from thidua.web.badge_verify import badge_verify_handlers
from thidua.web.badges import badge_handlers
from thidua.web.boards import board_page_handlers
from thidua.web.counting import begin, watch_load
from thidua.web.credential_pages import credential_page_handlers
from thidua.web.credentials import credential_handlers
from thidua.web.csrf import guarded
from thidua.web.doubts import doubt_handlers
from thidua.web.errors import address_problem, answer_at_once, error_handlers
from thidua.web.figures import figure_handlers
from thidua.web.headers import headless, secure_headers
from thidua.web.health import health_handlers
from thidua.web.helped import helped_handlers
from thidua.web.home import home_handlers
from thidua.web.imports import import_handlers
from thidua.web.live import live_handlers
from thidua.web.offline import offline_handlers
from thidua.web.organisation import organisation_page_handlers
from thidua.web.own_activities import own_activity_handlers
from thidua.web.pacing import paced
from thidua.web.people import people_handlers
from thidua.web.problems import EXCEPTION_HANDLERS
from thidua.web.sample import look_for_sample, watch_for_sample
from thidua.web.schema import schema_handlers
from thidua.web.screens import screen_handlers
from thidua.web.sessions import carries_session, recognised
from thidua.web.sign_in import SIGN_IN_EXCEPTIONS, sign_in_handlers
from thidua.web.static_files import static_handlers
from thidua.web.streams import close_streams
from thidua.web.strict_json import BODY_BYTES_MAX
from thidua.web.teams import team_handlers
from thidua.web.trust import trust_handlers
from thidua.web.units import unit_handlers
from thidua.web.verify import verify_handlers

HANDLERS: list[ControllerRouterHandler] = [
    *health_handlers,
    *figure_handlers,
    *home_handlers,
    *error_handlers,
    *static_handlers,
    *sign_in_handlers,
    *account_handlers,
    *account_list_handlers,
    *account_action_handlers,
    *account_audit_handlers,
    *people_handlers,
    *team_handlers,
    *unit_handlers,
    *trust_handlers,
    *schema_handlers,
    *organisation_page_handlers,
    *import_handlers,
    *activity_page_handlers,
    *own_activity_handlers,
    *offline_handlers,
    *verify_handlers,
    *doubt_handlers,
    *helped_handlers,
    *activity_handlers,
    *moderation_handlers,
    *activity_type_handlers,
    *ledger_handlers,
    *organisation_handlers,
    *badge_api_handlers,
    *board_handlers,
    *board_page_handlers,
    *badge_awarding_handlers,
    *badge_list_handlers,
    *badge_verify_handlers,
    *badge_handlers,
    *live_handlers,
    *screen_handlers,
    *credential_page_handlers,
    *credential_handlers,
]


class Application(Litestar):
    """Litestar, which by itself would refuse HEAD where GET is answered."""

    @override
    async def __call__(
        self,
        scope: Scope | LifeSpanScope,
        receive: Receive | LifeSpanReceive,
        send: Send | LifeSpanSend,
    ) -> None:
        if scope["type"] != ScopeType.HTTP:
            await super().__call__(scope, receive, send)
            return
        asked, answering = cast("HTTPScope", scope), cast("Send", send)
        begin(asked)
        problem = address_problem(asked)
        if problem is not None:
            await answer_at_once(problem, asked, cast("Receive", receive), answering)
            return
        gate = gate_of(asked)
        if gate is None:
            await self._answer(asked, receive, answering)
        else:
            await self._pass(Passage(gate), asked, cast("Receive", receive), answering)

    async def _pass(self, passage: Passage, asked: HTTPScope, receive: Receive, answering: Send) -> None:
        try:
            if not is_reading(asked):
                await self._answer(asked, passage.with_body(paced(receive)), answering)
            elif await passage.enter():
                await self._answer(asked, receive, passage.until_answered(answering))
            else:
                await answer_at_once(BUSY, asked, receive, answering)
        finally:
            passage.leave()

    async def _answer(self, asked: HTTPScope, receive: Receive | LifeSpanReceive, answering: Send) -> None:
        if carries_session(asked):
            answering = await recognised(asked, answering)
        if asked["method"] == HttpMethod.HEAD:
            await super().__call__({**asked, "method": HttpMethod.GET}, receive, headless(answering))
        else:
            await super().__call__(asked, receive, answering)


@asynccontextmanager
async def lifetime(_app: Litestar) -> AsyncIterator[None]:
    """Open what requests need, and close it after the last one."""
    await open_pool()
    async with transaction() as connection:
        paging.sign_with(await signing_secret(connection, "cursor", at=now()))
    await recorder().start()
    collector.calm()
    await look_for_sample()
    watching = [asyncio.create_task(one) for one in (watch_load(), watch_for_sample())]
    try:
        yield
    finally:
        for one in watching:
            one.cancel()
        await close_streams()
        await recorder().stop()
        await close_client()
        await close_pool()


def create_app() -> Application:
    """A new application; nothing is connected until its lifetime begins."""
    plain_logs()
    return Application(
        guarded(HANDLERS),
        lifespan=[lifetime],
        exception_handlers={**EXCEPTION_HANDLERS, **SIGN_IN_EXCEPTIONS},
        before_send=[secure_headers],
        request_max_body_size=BODY_BYTES_MAX,
        openapi_config=OpenAPIConfig(
            title="thidua", version="1", render_plugins=[DocumentPlugin()], path="/schema"
        ),
        logging_config=None,
        debug=False,
    )


app = create_app()
