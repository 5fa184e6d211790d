"""What a wrong setting is told by: the name that the documents call it, and where it was given."""

import pytest

from casebook.runtime.settings import Settings, variable_of
from casebook.schemas.errors import ConfigurationError

FREE = {"curator", "site_title", "site_licence", "llm_model", "judge_model", "transcription_model"}
SECRET = {"openai_api_key", "judge_api_key", "transcription_api_key"}
WRONG = {
    "home": "s3://bucket",
    "warehouse": "postgres://db",
    "data": "s3://key:word@bucket",
    "models": '{"m": {"context": 3}}',
    "allowed_hosts": "wiki.internal",
}


@pytest.fixture(autouse=True)
def nothing_set(tmp_path, monkeypatch):
    """An empty folder, and no setting of this machine's."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(variable_of(name), raising=False)
    monkeypatch.setenv("CASEBOOK_HOME", str(tmp_path))


@pytest.mark.parametrize("name", sorted(Settings.model_fields.keys() - FREE - SECRET))
def test_a_wrong_value_is_told_by_the_variable(monkeypatch, name):
    """Each setting by the name that docs/settings.md has for it, alone."""
    monkeypatch.setenv(variable_of(name), WRONG.get(name, "wrong"))
    with pytest.raises(ConfigurationError) as told:
        Settings.load()
    assert str(told.value).startswith(f"wrong setting: {variable_of(name)}: ")
    assert str(told.value).count("CASEBOOK_") <= 2


@pytest.mark.parametrize("name", sorted(n for n, f in Settings.model_fields.items()
                                        if isinstance(f.default, float)))  # fmt: skip
def test_a_number_without_an_end_is_none(monkeypatch, name):
    """No wait is for ever, and no timer of the system would take one."""
    for value in ("inf", "1e300", "nan"):
        monkeypatch.setenv(variable_of(name), value)
        with pytest.raises(ConfigurationError, match=variable_of(name)):
            Settings.load()


def test_what_a_file_says_is_told_by_its_name_there(tmp_path, monkeypatch):
    """A wrong value, and a name that is none with the one that is meant."""
    (tmp_path / "casebook.toml").write_text('llm_timeout = "soon"\nllm_atempts = 3\n')
    with pytest.raises(ConfigurationError) as told:
        Settings.load()
    assert "CASEBOOK_LLM_TIMEOUT (llm_timeout in casebook.toml): " in str(told.value)
    assert "llm_atempts in casebook.toml is no setting; do you mean llm_attempts?" in str(
        told.value
    )
    (tmp_path / "casebook.toml").write_text("llm_timeout = 5\n")
    monkeypatch.setenv("CASEBOOK_MODELS", "no JSON")
    with pytest.raises(ConfigurationError, match="models"):
        Settings.load()


@pytest.mark.parametrize("host", ["wiki", "http://wiki:80", "wiki:port", "wiki:0", "wiki:65536"])
def test_a_host_without_its_port_is_no_allowed_one(monkeypatch, host):
    """It was taken, and no address ever found to be it."""
    monkeypatch.setenv("CASEBOOK_ALLOWED_HOSTS", f"a.internal:80,{host}")
    with pytest.raises(ConfigurationError, match=r"no host:port: write wiki\.internal:443"):
        Settings.load()


def test_allowed_hosts_are_compared_in_lower_case(monkeypatch):
    """As names of hosts are."""
    monkeypatch.setenv("CASEBOOK_ALLOWED_HOSTS", "Wiki.Internal:8080, [::1]:80")
    assert Settings.load().allowed_hosts == {"wiki.internal:8080", "[::1]:80"}


def test_doctor_shows_what_was_set(casebook):
    """What is in force and not the default, without what may be a secret."""
    lines = casebook("doctor", "--json", CASEBOOK_FETCH_TIMEOUT="17", CASEBOOK_LLM_ATTEMPTS="1")
    told = next(line for line in lines.lines if line["name"] == "settings")
    assert "CASEBOOK_FETCH_TIMEOUT=17.0" in told["detail"]
    assert "OPENAI_API_KEY=(set)" in told["detail"]
    assert "sk-secret" not in lines.out


def test_doctor_names_a_variable_that_is_no_setting(casebook):
    """A misspelt one is not heeded, and nothing else says so."""
    lines = casebook("doctor", "--json", CASEBOOK_BUDGET_DAYS="1", CASEBOOK_CHECKOUT="/opt").lines
    told = next(line for line in lines if line["name"] == "settings")
    assert told["state"] == "warn"
    assert told["detail"].endswith("CASEBOOK_BUDGET_DAYS (do you mean CASEBOOK_BUDGET_DAY?)")


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/api", "nonsense", "http://[bad"])
def test_a_prefect_server_that_is_named_in_vain_is_told(casebook, address):
    """By what would go through it, which goes on without, and by doctor."""
    ran = casebook("submit", "none.md", PREFECT_API_URL=address)
    assert "No Prefect server answers at PREFECT_API_URL" in ran.err
    ran = casebook("doctor", PREFECT_API_URL=address)
    assert "no Prefect server answers at PREFECT_API_URL" in ran.out
