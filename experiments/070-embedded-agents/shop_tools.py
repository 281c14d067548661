"""Tools of a small shop for the questions: pure functions over a few records."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import planc

PRICES = {"apple": 0.5, "pear": 0.7, "melon": 3.2, "cherry": 0.1, "grape": 2.4}
STOCK = {"apple": 120, "pear": 0, "melon": 4, "cherry": 900, "grape": 12}
ORDERS = {
    "A17": {"customer": "Vega", "product": "melon", "pieces": 2, "status": "shipped"},
    "B08": {"customer": "Okoro", "product": "pear", "pieces": 30, "status": "waiting"},
    "C33": {"customer": "Lind", "product": "grape", "pieces": 5, "status": "cancelled"},
}
NOTES = [
    "Deliveries to the islands take nine days.",
    "The shop is closed on the last Friday of every month.",
    "Pears come back in stock on 3 March.",
    "Customers may return fruit within two days.",
]
Product = Annotated[str, "name of the product in the singular, such as apple"]


@planc.tool
def price_of(product: Product) -> float:
    """Price of one piece of a product in dollars."""
    return PRICES[product]


@planc.tool
def stock_of(product: Product) -> int:
    """How many pieces of a product are in stock."""
    return STOCK[product]


@planc.tool
def list_products() -> list[str]:
    """Names of all products of the shop."""
    return list(PRICES)


@planc.tool
def find_order(number: Annotated[str, "order number, such as A17"]) -> dict[str, str | int]:
    """Customer, product, pieces and status of an order."""
    return ORDERS[number]


@planc.tool
def search_notes(word: Annotated[str, "one word to look for"]) -> list[str]:
    """Sentences of the shop's handbook that contain a word."""
    return [note for note in NOTES if word.lower() in note.lower()]


@planc.tool
def calculate(operation: Literal["add", "subtract", "multiply", "divide"], a: float, b: float) -> float:
    """One calculation with two numbers."""
    return round({"add": a + b, "subtract": a - b, "multiply": a * b, "divide": a / b if b else 0.0}[operation], 6)


@planc.tool
def days_between(first: date, second: date) -> int:
    """Number of days from the first date to the second."""
    return (second - first).days
