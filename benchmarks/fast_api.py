"""What `GET /api/orders/{id}` is compared with: FastAPI and asyncpg, the same row, its token looked up by its hash.

Served by `uvicorn benchmarks.fast_api:app`; READ_DSN names the read database. Not installed with the service:
`pip install fastapi uvicorn[standard] asyncpg` into an environment of its own, and name its Python in FAST_API_PYTHON.
"""

import hashlib
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
from fastapi import Depends, FastAPI, Header, HTTPException, Response

_JSON = ("items", "shipping_address", "payments", "fulfillments", "notes")
_TOKEN = os.environ.get("TOKEN_DIGEST", "")
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
async def order(order_id: UUID, response: Response) -> dict[str, Any]:
    """Return one order: every column but the words."""
    row = await pools[0].fetchrow("select * from order_views where order_id = $1", order_id)
    if row is None:
        raise HTTPException(404)
    body = {name: value for name, value in row.items() if name not in ("search", "search_text")}
    for name in _JSON:
        body[name] = json.loads(body[name])
    response.headers["ETag"] = f'"{row["version"]}"'
    return body
