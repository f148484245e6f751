"""cover: what the insurer pays of a treatment, as a share of its fee from 0 to 1"""

from decimal import Decimal

from billing.clients import Clients
from billing.kit.work import Work
from billing.schemas import CoverAnswer


async def cover(work: Work, clients: Clients, *, policy: str, treatment: str) -> CoverAnswer:
    """May call clients.insurer.check_cover."""
    answer = await clients.insurer.check_cover(policy=policy, treatment=treatment, key=work.key)
    return CoverAnswer(covered=answer.covered, share=answer.share if answer.covered else Decimal(0))
