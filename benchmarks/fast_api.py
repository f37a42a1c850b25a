"""What `GET /api/orders/{id}` is compared with: FastAPI and asyncpg, the same row, its token looked up by its hash.

Served by `uvicorn benchmarks.fast_api:app`; READ_DSN names the read database. Not installed with the service:
`pip install fastapi uvicorn[standard] asyncpg` into an environment of its own, and name its Python in FAST_API_PYTHON.
"""

import hashlib
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
from fastapi import Depends, FastAPI, Header, HTTPException, Response
from pydantic import BaseModel

_JSON = ("items", "shipping_address", "payments", "fulfillments", "notes")


class Item(BaseModel):
    """A line, as the service answers it: exact amounts."""

    line: int
    product_id: str
    name: str
    quantity: int
    unit_price: Decimal
    discount: Decimal
    total: Decimal
    fulfilled: int
    returned: int


class Order(BaseModel):
    """An order, as the service answers it."""

    order_id: UUID
    customer_id: str | None
    reference: str | None
    status: str
    order_status: str
    payment_status: str
    fulfillment_status: str
    currency: str
    items: list[Item]
    subtotal: Decimal
    discount: Decimal
    shipping_fee: Decimal
    total: Decimal
    authorised: Decimal
    captured: Decimal
    refunded: Decimal
    item_count: int
    unit_count: int
    shipping_address: dict[str, str]
    payments: list[dict[str, Any]]
    fulfillments: list[dict[str, Any]]
    notes: list[dict[str, Any]]
    cancel_reason: str
    hold_reason: str
    created_at: datetime
    updated_at: datetime
    confirmed_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    closed_at: datetime | None
    version: int


_TOKEN = os.environ.get("TOKEN_DIGEST", "")
_ORDER = f"select {', '.join(Order.model_fields)} from order_views where order_id = $1"
pools: list[Any] = []


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    pools.append(await asyncpg.create_pool(os.environ["READ_DSN"], min_size=4, max_size=4))
    yield
    await pools[0].close()


app = FastAPI(lifespan=_lifespan)


async def _authenticated(authorization: str = Header()) -> None:
    if hashlib.sha256(authorization.removeprefix("Bearer ").encode()).hexdigest() != _TOKEN:
        raise HTTPException(401)


@app.get("/api/orders/{order_id}", dependencies=[Depends(_authenticated)])
async def order(order_id: UUID, response: Response) -> Order:
    """Return one order."""
    row = await pools[0].fetchrow(_ORDER, order_id)
    if row is None:
        raise HTTPException(404)
    body = dict(row)
    for name in _JSON:
        body[name] = json.loads(body[name])
    response.headers["ETag"] = f'"{row["version"]}"'
    return Order.model_validate(body)
