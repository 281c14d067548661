"""Secrets: opaque handles, masked by value in every usual form, before any cut."""

from __future__ import annotations

import base64
import copy
import json
import pickle
from urllib.parse import quote

import pytest

from planc_runtime.tools.secrets import MASK, Masker, Secret, Secrets
from planc_schemas.ports import TaskFailure

VALUE = 'p"ss wörd/+='


@pytest.mark.parametrize(
    "text",
    [
        f"key={VALUE}.",
        json.dumps({"key": VALUE}),
        json.dumps({"key": VALUE}, ensure_ascii=False),
        f"https://x.test/?key={quote(VALUE, safe='')}",
        *(base64.b64encode(f"{user}:{VALUE}".encode()).decode() for user in ("a", "ab", "abc", "abcd")),
    ],
)
def test_a_value_is_masked_in_all_its_forms(text: str) -> None:
    masked = Masker({"KEY": VALUE}).mask(text)
    assert MASK in masked
    assert VALUE not in masked
    assert VALUE not in masked.replace('\\"', '"')


def test_other_text_and_short_values_stay() -> None:
    masker = Masker({"KEY": "s3cr3t", "SHORT": "abc", "EMPTY": ""})
    assert masker.mask("abc and a secret") == "abc and a secret"


def test_json_is_masked_with_its_keys() -> None:
    masker = Masker({"KEY": "s3cr3t"})
    value = {"s3cr3t": ["x s3cr3t", 5, None, {"a": "s3cr3t"}]}
    assert masker.mask_json(value) == {MASK: [f"x {MASK}", 5, None, {"a": MASK}]}


def test_a_secret_cut_in_two_is_taken_out_as_well() -> None:
    masker = Masker({"KEY": "s3cr3t-value"})
    assert masker.mask_start("token: s3cr3t-v") == f"token: {MASK}"
    assert masker.mask_start("token: s3cr3t-value") == f"token: {MASK}"
    assert masker.mask_start("token: none") == "token: none"


def test_the_longer_of_two_overlapping_values_goes_first() -> None:
    assert Masker({"A": "abcd", "B": "abcdefgh"}).mask("abcdefgh") == MASK


def test_a_handle_gives_its_value_only_by_reveal() -> None:
    secret = Secret("KEY", VALUE)
    assert secret.reveal() == VALUE
    assert VALUE not in repr(secret) + str(secret) + f"{secret}"
    for leak in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError):
            leak(secret)


def test_only_named_variables_become_secrets() -> None:
    secrets = Secrets.from_environment(["KEY", "ABSENT"], {"KEY": "value-1", "OTHER": "value-2", "ABSENT": ""})
    assert secrets.handle("KEY").reveal() == "value-1"
    for name in ("OTHER", "ABSENT"):
        with pytest.raises(TaskFailure) as caught:
            secrets.handle(name)
        assert caught.value.error.code == "R412"
        assert name in caught.value.error.help
