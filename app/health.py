"""/healthz and /readyz, for operators and their load balancers."""

import asyncio
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from app.describing import describe_problems
from app.errors import StoreUnavailable
from app.store import Store

READY_SECONDS = 2.0


class Health(BaseModel):
    """The process answers."""

    model_config = ConfigDict(extra="forbid")

    status: Literal["ok"] = "ok"


def create_health_router(store: Store) -> APIRouter:
    """The routes of health."""
    router = APIRouter(tags=["operations"])

    @router.get("/healthz", summary="The process answers", responses=describe_problems())
    async def read_health() -> Health:
        return Health()

    @router.get(
        "/readyz",
        summary="Envelopes can be stored",
        responses=describe_problems("store-unavailable", "store-full"),
    )
    async def read_readiness() -> Health:
        try:
            async with asyncio.timeout(READY_SECONDS):
                await store.check()
        except TimeoutError:
            raise StoreUnavailable from None
        return Health()

    return router
