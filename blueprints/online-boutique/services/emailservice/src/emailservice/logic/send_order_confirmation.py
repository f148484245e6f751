"""send_order_confirmation: into the log, where the mail's address has no business"""

import logging

from sqlalchemy.ext.asyncio import AsyncSession

from emailservice.domain import OrderResult
from emailservice.kit.work import Work

logger = logging.getLogger(__name__)


async def send_order_confirmation(work: Work, *, email: str, order: OrderResult) -> None:
    async def send(session: AsyncSession) -> None:
        logger.info("order confirmation", extra={"order": order.order, "items": len(order.items)})

    await work.commit(send)
