"""Dataclasses that do not change, for what is made by the hundred thousand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(*, kw_only: bool = False) -> Callable[[type[T]], type[T]]:
    """A dataclass with slots that is compared and hashed by its fields, and that the type checker keeps frozen.

    `dataclass(frozen=True)` means the same and is kept at run time too; for that, each new object writes every field
    through `object.__setattr__`, which takes eight times as long (a seventh of all that `svcforge lint` did).
    """
    return dataclass(slots=True, unsafe_hash=True, kw_only=kw_only)
