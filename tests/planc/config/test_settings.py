from __future__ import annotations

from pathlib import Path

import pytest

from planc.config.errors import ConfigError
from planc.config.models import models_config
from planc.config.settings import OPENAI_URL, Settings, load_settings

URL = "http://127.0.0.1:8000/v1"


def load(folder: Path, dotenv: str = "", user: str = "", model: str | None = None, **environment: str) -> Settings:
    (folder / ".env").write_text(dotenv, encoding="utf-8")
    config = folder / "config.toml"
    config.write_text(user, encoding="utf-8")
    config.chmod(0o600)
    return load_settings(folder=folder, model=model, environment={"PLANC_CONFIG": str(config), **environment})


def test_nothing_set_means_no_endpoint(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert settings.endpoints == ()
    assert (settings.model.value, settings.model.source) == ("", "default")
    assert (settings.store.value, settings.store.source) == (str(tmp_path / ".planc"), "default")


def test_a_flag_goes_before_the_environment_before_dotenv_before_the_user_file(tmp_path: Path) -> None:
    sources = {"dotenv": "PLANC_MODEL=from-dotenv", "user": 'model = "from-user"'}
    assert load(tmp_path, **sources, model="from-flag", PLANC_MODEL="from-env").model.value == "from-flag"
    assert load(tmp_path, **sources, PLANC_MODEL="from-env").model.source == "environment"
    assert load(tmp_path, **sources).model.value == "from-dotenv"
    found = load(tmp_path, user=sources["user"]).model
    assert (found.value, found.source) == ("from-user", str(tmp_path / "config.toml"))


def test_a_key_alone_goes_to_the_public_endpoint(tmp_path: Path) -> None:
    (endpoint,) = load(tmp_path, OPENAI_API_KEY="k").endpoints
    assert (endpoint.base_url, endpoint.api_key, endpoint.source) == (OPENAI_URL, "k", "environment")


def test_a_strangers_folder_cannot_send_the_key_elsewhere(tmp_path: Path) -> None:
    settings = load(tmp_path, "OPENAI_BASE_URL=http://evil.example/v1\nPLANC_MODEL=m\n", OPENAI_API_KEY="secret")
    assert [endpoint.base_url for endpoint in settings.endpoints] == [OPENAI_URL]
    assert any("OPENAI_BASE_URL in .env is passed over" in note for note in settings.notes)


def test_a_key_in_a_folder_is_not_used_with_the_url_of_the_environment(tmp_path: Path) -> None:
    (endpoint,) = load(tmp_path, "OPENAI_API_KEY=from-folder", OPENAI_BASE_URL=URL).endpoints
    assert (endpoint.base_url, endpoint.api_key) == (URL, "")


def test_url_and_key_of_one_dotenv_belong_together(tmp_path: Path) -> None:
    (endpoint,) = load(tmp_path, f"export OPENAI_BASE_URL={URL}/ # local\nOPENAI_API_KEY='k k'\n").endpoints
    assert (endpoint.base_url, endpoint.api_key, endpoint.source) == (URL, "k k", ".env")


def test_dotenv_may_not_load_code_or_move_the_store(tmp_path: Path) -> None:
    settings = load(tmp_path, "PLANC_STORE=/elsewhere\nPLANC_CONFIG=x\nOTHER=1\n")
    assert settings.store.source == "default"
    assert [note.split()[0] for note in settings.notes] == ["PLANC_STORE", "PLANC_CONFIG"]


def test_a_key_never_shows_in_a_repr(tmp_path: Path) -> None:
    assert "sesame" not in repr(load(tmp_path, OPENAI_API_KEY="sesame").endpoints)


USER = """
model = "fast"
aliases = {fast = "local/small"}
[providers.local]
base_url = "http://127.0.0.1:11434/v1"
models = ["small"]
[providers.hosted]
base_url = "https://api.example/v1"
api_key_env = "HOSTED_KEY"
[prices."local/small"]
input = 0
output = 0.5
[embedded]
size = "small"
"""


def test_the_user_file_gives_several_providers(tmp_path: Path) -> None:
    settings = load(tmp_path, user=USER, OPENAI_API_KEY="k", HOSTED_KEY="h")
    assert [endpoint.name for endpoint in settings.endpoints] == ["openai", "local", "hosted"]
    config = models_config(settings)
    assert [provider.api_key for provider in config.providers] == ["k", "", "h"]
    assert (config.default, config.override, config.aliases) == ("fast", None, {"fast": "local/small"})
    assert config.embedded.size == "small"
    assert config.prices["local/small"].output == 0.5


def test_a_flag_overrides_what_plans_name(tmp_path: Path) -> None:
    config = models_config(load(tmp_path, model="other"))
    assert (config.default, config.override) == (None, "other")


@pytest.mark.parametrize(
    ("user", "message"),
    [
        ("modle = 'x'", "there is no setting `modle`"),
        ("[providers.a]\nbase_url = 'ftp://x'", "`providers.a.base_url`"),
        ("[providers.a]\nbase_url = 'http://x'\napi_key_env = 'UNSET'", "takes its key from UNSET"),
        ("model = ", "is not TOML"),
        ("[embedded]\nslots = 'many'", "`embedded.slots`"),
    ],
)
def test_mistakes_in_the_user_file_are_named(tmp_path: Path, user: str, message: str) -> None:
    with pytest.raises(ConfigError, match=r"config\.toml") as raised:
        load(tmp_path, user=user)
    assert message in raised.value.message
    assert raised.value.help


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[providers.a]\nbase_url = 'http://x'\napi_key = 'k'\n", encoding="utf-8")
    config.chmod(0o644)
    with pytest.raises(ConfigError, match="others can read it"):
        load_settings(folder=tmp_path, environment={"PLANC_CONFIG": str(config)})


@pytest.mark.parametrize("line", ["OPENAI_API_KEY='open", 'OPENAI_BASE_URL="x" y', "OPENAI_BASE_URL=localhost:1"])
def test_mistakes_in_dotenv_are_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(ConfigError, match=r"\.env"):
        load(tmp_path, line)
