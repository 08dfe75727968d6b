"""What models cost, in US dollars per million tokens, and so what a call cost."""

from decimal import Decimal
from typing import NamedTuple


class Price(NamedTuple):
    """Dollars per million tokens, in and out."""

    input: Decimal
    output: Decimal


# List prices change: check them against the provider's price page when the bill matters.
PRICES = {
    "claude-haiku": Price(Decimal(1), Decimal(5)),
    "claude-sonnet": Price(Decimal(3), Decimal(15)),
    "claude-opus": Price(Decimal(5), Decimal(25)),
    "gpt-5-mini": Price(Decimal("0.25"), Decimal(2)),
    "gpt-5": Price(Decimal("1.25"), Decimal(10)),
}
_MILLION = 1_000_000
_CENT_FRACTION = Decimal("0.000001")


def cost_usd(model: str, input_tokens: int, output_tokens: int) -> Decimal:
    """Return the price of a call in dollars, rounded to a millionth; 0 for models without a known price."""
    known = [name for name in PRICES if model.startswith(name)]
    if not known:
        return Decimal(0).quantize(_CENT_FRACTION)
    price = PRICES[max(known, key=len)]
    total = price.input * input_tokens + price.output * output_tokens
    return (total / _MILLION).quantize(_CENT_FRACTION)
