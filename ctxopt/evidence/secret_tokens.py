"""Tokens that say by their first characters who gave them out. A table, and one look-up; reads no file."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_SHORTEST: Final = 16
_TOKENS: Final = (
    # prefix, expression of what follows it, who takes it
    ("AGE-SECRET-KEY-1", r"[0-9A-Z]{50}", "a secret key of age"),
    ("AGE-SECRET-KEY-PQ-1", r"[0-9A-Z]{50}", "a secret key of age"),
    ("AIza", r"[\w-]{35}", "a key of Google's APIs"),
    ("AKIA", r"[0-9A-Z]{16}(?!\w)", "an AWS access key"),
    ("ASIA", r"[0-9A-Z]{16}(?!\w)", "an AWS access key"),
    ("AKCp", r"[A-Za-z0-9]{50}", "Artifactory"),
    ("AKID", r"[A-Za-z0-9]{32}(?!\w)", "Tencent Cloud"),
    ("AQVN", r"[\w-]{35}", "Yandex Cloud"),
    ("ATATT3", r"[\w-]{60}", "Atlassian"),
    ("ATBB", r"[A-Za-z0-9]{24}", "Bitbucket"),
    ("ATCTT3", r"[\w-]{60}", "Atlassian"),
    ("CCIPAT_", r"\w{20}", "CircleCI"),
    ("CFPAT-", r"[\w-]{40}", "Contentful"),
    ("CLOJARS_", r"[a-z0-9]{40}", "Clojars"),
    ("EAAA", r"[\w-]{56}", "Square"),
    ("EZAK", r"[A-Za-z0-9]{50}", "EasyPost"),
    ("FLWSECK-", r"[a-zA-Z0-9]{12}", "Flutterwave"),
    ("GOCSPX-", r"[\w-]{24}", "a client secret of Google"),
    ("HRKU-", r"[\w-]{36}", "Heroku"),
    ("LTAI", r"[A-Za-z0-9]{16}", "Alibaba Cloud"),
    ("NRAK-", r"[A-Z0-9]{27}", "New Relic"),
    ("PMAK-", r"[a-f0-9]{24}-[a-f0-9]{34}", "Postman"),
    ("SCW", r"[A-Z0-9]{17}(?!\w)", "Scaleway"),
    ("SG.", r"[\w-]{22}\.[\w-]{40}", "SendGrid"),
    ("SK", r"[0-9a-f]{32}(?!\w)", "Twilio"),
    ("akab-", r"[a-z0-9]{16}", "Akamai"),
    ("api-", r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f-]{17}", "LaunchDarkly"),
    ("bkua_", r"[0-9a-f]{40}", "Buildkite"),
    ("cio", r"[A-Za-z0-9]{32}(?!\w)", "crates.io"),
    ("cfut_", r"[\w-]{36}", "Cloudflare"),
    ("dapi", r"[0-9a-f]{32}(?!\w)", "Databricks"),
    ("dckr_oat_", r"[\w-]{27}", "Docker Hub"),
    ("dckr_pat_", r"[\w-]{27}", "Docker Hub"),
    ("doo_v1_", r"[0-9a-f]{64}", "DigitalOcean"),
    ("dop_v1_", r"[0-9a-f]{64}", "DigitalOcean"),
    ("dor_v1_", r"[0-9a-f]{64}", "DigitalOcean"),
    ("dp.", r"(?:pt|ct|sa|scim|audit|st(?:\.[\w-]+)?)\.[A-Za-z0-9]{40}", "Doppler"),
    ("dt0c01.", r"[A-Z0-9]{24}\.[A-Z0-9]{60}", "Dynatrace"),
    ("figd_", r"[\w-]{36}", "Figma"),
    ("fio-u-", r"[\w-]{60}", "Frame.io"),
    ("fm2_", r"[\w-]{60}", "Fly.io"),
    ("fo1_", r"[\w-]{40}", "Fly.io"),
    ("ghp_", r"\w{36}", "GitHub"),
    ("gho_", r"\w{36}", "GitHub"),
    ("ghu_", r"\w{36}", "GitHub"),
    ("ghs_", r"\w{36}", "GitHub"),
    ("ghr_", r"\w{36}", "GitHub"),
    ("github_pat_", r"\w{30}", "GitHub"),
    ("glagent-", r"[\w-]{20}", "GitLab"),
    ("glcbt-", r"[\w-]{20}", "GitLab"),
    ("gldt-", r"[\w-]{20}", "GitLab"),
    ("glft-", r"[\w-]{20}", "GitLab"),
    ("gloas-", r"[\w-]{20}", "GitLab"),
    ("glpat-", r"[\w-]{20}", "GitLab"),
    ("glptt-", r"[\w-]{20}", "GitLab"),
    ("glrt-", r"[\w-]{20}", "GitLab"),
    ("glsoat-", r"[\w-]{20}", "GitLab"),
    ("glc_", r"[\w-]{32}", "Grafana"),
    ("glsa_", r"\w{32}_[0-9a-fA-F]{8}", "Grafana"),
    ("gsk_", r"[A-Za-z0-9]{40}", "Groq"),
    ("hf_", r"[A-Za-z0-9]{30}", "Hugging Face"),
    ("hvb.", r"[\w-]{60}", "Vault"),
    ("hvs.", r"[\w-]{24}", "Vault"),
    ("ico-", r"[A-Za-z0-9]{32}", "Infracost"),
    ("key-", r"[0-9a-f]{32}(?!\w)", "Mailgun"),
    ("lin_api_", r"[A-Za-z0-9]{40}", "Linear"),
    ("lsv2_pt_", r"\w{40}", "LangSmith"),
    ("lsv2_sk_", r"\w{40}", "LangSmith"),
    ("nfp_", r"[A-Za-z0-9]{36}", "Netlify"),
    ("npm_", r"[A-Za-z0-9]{36}", "npm"),
    ("nvapi-", r"[\w-]{60}", "NVIDIA"),
    ("ntn_", r"[A-Za-z0-9]{40}", "Notion"),
    ("oy2", r"[a-z0-9]{43}(?!\w)", "NuGet"),
    ("pat", r"[A-Za-z0-9]{14}\.[0-9a-f]{64}", "Airtable"),
    ("pat-na1-", r"[0-9a-f-]{36}", "HubSpot"),
    ("pat-eu1-", r"[0-9a-f-]{36}", "HubSpot"),
    ("pcsk_", r"\w{50}", "Pinecone"),
    ("phx_", r"[A-Za-z0-9]{40}", "PostHog"),
    ("pnu_", r"[A-Za-z0-9]{36}", "Prefect"),
    ("pplx-", r"[A-Za-z0-9]{40}", "Perplexity"),
    ("pscale_oauth_", r"[\w.-]{32}", "PlanetScale"),
    ("pscale_pw_", r"[\w.-]{32}", "PlanetScale"),
    ("pscale_tkn_", r"[\w.-]{32}", "PlanetScale"),
    ("pul-", r"[0-9a-f]{40}", "Pulumi"),
    ("pypi-AgE", r"[\w-]{50}", "PyPI"),
    ("r8_", r"[A-Za-z0-9]{37}", "Replicate"),
    ("rdme_", r"[a-z0-9]{70}", "ReadMe"),
    ("re_", r"[A-Za-z0-9]{8}_[A-Za-z0-9]{24}", "Resend"),
    ("rk_live_", r"\w{16}", "Stripe"),
    ("rnd_", r"[A-Za-z0-9]{28}", "Render"),
    ("rubygems_", r"[0-9a-f]{48}", "RubyGems"),
    ("rzp_live_", r"\w{14}", "Razorpay"),
    ("sb_secret_", r"[\w-]{30}", "Supabase"),
    ("sbp_", r"[0-9a-f]{40}", "Supabase"),
    ("sgp_", r"[0-9a-zA-Z_]{40}", "Sourcegraph"),
    ("shippo_live_", r"[0-9a-f]{40}", "Shippo"),
    ("shpat_", r"[0-9a-fA-F]{32}", "Shopify"),
    ("shpca_", r"[0-9a-fA-F]{32}", "Shopify"),
    ("shppa_", r"[0-9a-fA-F]{32}", "Shopify"),
    ("shpss_", r"[0-9a-fA-F]{32}", "Shopify"),
    ("sk-ant-", r"[\w-]{40}", "Anthropic"),
    ("sk-lf-", r"[0-9a-f-]{36}", "Langfuse"),
    ("sk-or-v1-", r"[0-9a-f]{64}", "OpenRouter"),
    ("sk-proj-", r"[\w-]{40}", "OpenAI"),
    ("sk-svcacct-", r"[\w-]{40}", "OpenAI"),
    ("sk-", r"[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}", "OpenAI"),
    ("sk-", r"[0-9a-f]{32}(?!\w)", "DeepSeek"),
    ("sk.eyJ", r"[\w-]{40,}\.[\w-]{20}", "Mapbox"),
    ("sk_live_", r"\w{16}", "Stripe"),
    ("sntryu_", r"[0-9a-f]{64}", "Sentry"),
    ("sntrys_", r"[\w-]{60}", "Sentry"),
    ("sq0atp-", r"[\w-]{22}", "Square"),
    ("sq0csp-", r"[\w-]{43}", "Square"),
    ("sqa_", r"[0-9a-f]{40}", "SonarQube"),
    ("sqp_", r"[0-9a-f]{40}", "SonarQube"),
    ("squ_", r"[0-9a-f]{40}", "SonarQube"),
    ("tfp_", r"[\w.-]{50}", "Typeform"),
    ("tskey-", r"[a-z]+-[\w-]{20}", "Tailscale"),
    ("tvly-", r"[\w-]{28}", "Tavily"),
    ("whsec_", r"[A-Za-z0-9]{24}", "a secret that signs webhooks"),
    ("xai-", r"[A-Za-z0-9]{70}", "xAI"),
    ("xapp-", r"\d-[A-Z0-9]+-\d+-[0-9a-f]{40}", "Slack"),
    ("xkeysib-", r"[0-9a-f]{64}", "Brevo"),
    ("xoxa-", r"[\w-]{10}", "Slack"),
    ("xoxb-", r"[\w-]{10}", "Slack"),
    ("xoxe-", r"[\w-]{10}", "Slack"),
    ("xoxp-", r"[\w-]{10}", "Slack"),
    ("xoxr-", r"[\w-]{10}", "Slack"),
    ("xoxs-", r"[\w-]{10}", "Slack"),
    ("ya29.", r"[\w-]{30}", "Google"),
    # Bots of Discord: a number in base64, a time, a signature.
    *((start, r"[A-Za-z0-9]{16,26}\.[\w-]{6}\.[\w-]{27}", "Discord")
      for start in ("MD", "MT", "Mj", "Mz", "ND", "NT", "Nj", "Nz", "OD", "OT")),
)  # fmt: skip
_STARTS: Final = frozenset(prefix[:2].encode() for prefix, _, _ in _TOKENS)
_SEPARATED: Final = (
    bytes(byte if chr(byte).isalnum() or byte in b"_.-" else ord(" ") for byte in range(128))
    + b" " * 128
)
"""For ``bytes.translate``: what no token holds becomes a blank."""
_AS_RUNS: Final = b"".join(b" " if byte == ord(" ") else b"a" for byte in range(256))
_LONG_RUN: Final = b"a" * _SHORTEST
_FOR_SHOW: Final = r"(?i)example|x{6}|your|redacted|placeholder|dummy|\*{3}"

_OF_BROWSERS: Final = rb"authDomain|mobilesdk_app_id|GOOGLE_APP_ID|maps\.google|storageBucket"
"""What stands beside the keys of Google that every page and every app shows."""


class Token(NamedTuple):
    """A token found in a text."""

    text: bytes
    kind: str
    """What it is, as a noun with its article."""


def find_token(content: bytes) -> Token | None:
    """Take the bytes of a text; return the first token that its first characters give away, None without any."""
    # Cut into words, which C does: an expression with a hundred alternatives takes fifty times as long.
    words = content.translate(_SEPARATED)
    if _LONG_RUN not in words.translate(_AS_RUNS):
        return None
    for word in [word for word in words.split() if len(word) >= _SHORTEST and word[:2] in _STARTS]:
        found = _token_of(word)
        if found is not None and not is_shown_in_browsers(word, content):
            return found
    return None


def is_shown_in_browsers(word: bytes, content: bytes) -> bool:
    """Tell whether ``word``, in a text with ``content``, is a key that every visitor of a page gets."""
    return word.startswith(b"AIza") and re.search(_OF_BROWSERS, content) is not None


def _token_of(word: bytes) -> Token | None:
    text = word.decode("ascii")
    for prefix, rest, who in _TOKENS:
        if text.startswith(prefix) and re.match(rest, text[len(prefix) :]):
            if re.search(_FOR_SHOW, text):
                return None
            return Token(word, _kind(who))
    return None


def _kind(who: str) -> str:
    if who.startswith(("a ", "an ")):
        return who
    return f"a token of {who}"
