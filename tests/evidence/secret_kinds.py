"""Made-up files by the kind of secret that they hold, and files that look as if they held one.

Every value is made here, from pieces: no file of this repository holds anything that looks like a token.
"""

from __future__ import annotations

import base64
import random
import string

_MAKE = random.Random(20)


def made(length: int, letters: str = string.ascii_letters + string.digits) -> str:
    """A value that nothing gave out."""
    return "".join(_MAKE.choice(letters) for _ in range(length))


def hexa(length: int) -> str:
    return made(length, "0123456789abcdef")


def upper(length: int) -> str:
    return made(length, string.ascii_uppercase + string.digits)


def digits(length: int) -> str:
    return made(length, "123456789")


def mixed(length: int) -> str:
    """A password: it has a digit, a sign and letters of both cases."""
    return "q7!" + made(length - 4) + "Z"


BEGIN, END = "-----BEG" + "IN ", "-----E" + "ND "


def based(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def manifest(section: str, kind: str = "Secret", **entries: str) -> str:
    """A manifest of Kubernetes with these entries."""
    lines = "".join(f"  {key}: {value}\n" for key, value in entries.items())
    return f"apiVersion: v1\nkind: {kind}\nmetadata:\n  name: shop\n{section}:\n{lines}"


def block(kind: str, body: str = "") -> str:
    text = body or "\n".join(made(64) for _ in range(3))
    return f"{BEGIN}{kind}-----\n{text}\n{END}{kind}-----\n"


def keyed(key: str, value: str) -> str:
    return f"# settings\nMODE=production\n{key}={value}\n"


KEYS = [
    # Keys that say in their first line what they are, under names that do not.
    ("deploy_key", block("OPENSSH PRIV" + "ATE KEY")),
    ("keys/ssh_key", block("OPENSSH PRIV" + "ATE KEY")),
    ("github_deploy_key", block("RSA PRIV" + "ATE KEY")),
    ("ec-private", block("EC PRIV" + "ATE KEY")),
    ("dsa", block("DSA PRIV" + "ATE KEY")),
    ("signing/release", block("PRIV" + "ATE KEY")),
    ("signing/encrypted.txt", block("ENCRYPTED PRIV" + "ATE KEY")),
    ("backup/me.asc", block("PGP PRIV" + "ATE KEY BLOCK", "\n" + made(64) + "\n" + made(64))),
    ("cosign.out", block("ENCRYPTED COSIGN PRIV" + "ATE KEY")),
    ("legacy.conf", "ssl-key:\n" + block("ANY PRIV" + "ATE KEY")),
    ("laptop.putty", "PuTTY-User-" + "Key-File-3: ssh-ed25519\nEncryption: none\nPrivate-Lines: 1\n" + made(48)),
    ("age.key", "# created: 2026-01-01\n# public key: age1\nAGE-SECRET-" + "KEY-1" + upper(58) + "\n"),
    ("sops/keys.txt", "AGE-SECRET-" + "KEY-1" + upper(58) + "\n"),
    ("vpn/ta", block("OpenVPN Static key V1", "\n".join(hexa(32) for _ in range(4)))),
    ("wg0.conf", "[Interface]\nPrivate" + f"Key = {made(43)}=\nAddress = 10.0.0.2/32\n"),
    ("minisign.sec", "untrusted comment: minisign encrypted sec" + "ret key\n" + made(100) + "\n"),
    ("signify.sec", "untrusted comment: signify sec" + "ret key\n" + made(100) + "\n"),
    ("jwk.json", '{"kty": "EC", "crv": "P-256", "x": "' + made(43) + '", "d": "' + made(43) + '"}'),
    ("wallet.json", '{"crypto": {"cipher": "aes-128-ctr", "ciphertext": "' + hexa(64) + '", "kdf": "scrypt"}}'),
    ("app/config.json", '{"cert": "x", "private' + '_key": "' + BEGIN + "PRIV" + "ATE KEY-----\\n" + made(64) + '\\n"}'),
    ("windows/key.conf", (block("PRIV" + "ATE KEY")).replace("\n", "\r\n")),
    ("android/release.store", "\xfe\xed\xfe\xed\0\0\0\2"),
    ("team.passwords", "\3\xd9\xa2\x9a\x67\xfb\x4b\xb5\0\0"),
    ("src/sign.py", 'KEY = """' + block("RSA PRIV" + "ATE KEY") + '"""\n'),
    ("notes/setup.md", "Put this into `~/.ssh`:\n\n" + block("OPENSSH PRIV" + "ATE KEY")),
]  # fmt: skip


def service_account() -> str:
    head = '{\n  "type": "service_' + 'account",\n  "project_id": "shop",\n'
    return f'{head}  "private' + f'_key": "{BEGIN}PRIV' + f'ATE KEY-----\\n{made(64)}\\n"\n}}\n'


def kubeconfig(user: str) -> str:
    return f"apiVersion: v1\nkind: Config\nclusters:\n- name: prod\nusers:\n- name: me\n  user:\n    {user}\n"


CLOUDS = [
    ("sa.json", service_account()),
    ("gcp-credentials.json", service_account()),
    ("key.json", service_account()),
    ("firebase-adminsdk-x1.json", service_account()),
    ("gcloud-service-key.json", service_account()),
    ("adc.json", '{"client_id": "1.apps", "client_' + f'secret": "{made(24)}", "refresh_' + f'token": "1//{made(40)}"}}'),
    ("google.json", '{"web": {"client_' + 'secret": "GOC' + f'SPX-{made(28)}"}}}}'),
    ("credentials", "[default]\naws_access_key_id = AKI" + f"A{upper(16)}\naws_secret_access" + f"_key = {made(40)}\n"),
    ("aws_credentials", "[default]\naws_secret_access" + f"_key = {made(20)}/{made(19)}\n"),
    ("aws.json", '{"SecretAccess' + f'Key": "{made(40)}", "SessionToken": "{made(80)}"}}'),
    ("env.sh", "export AWS_SECRET_ACCESS" + f"_KEY={made(40)}\n"),
    ("storage.conf", "connection = DefaultEndpointsProtocol=https;AccountName=shop;Account" + f"Key={made(86)}==;EndpointSuffix=x\n"),
    ("bus.json", '{"bus": "Endpoint=sb://shop.example.net/;SharedAccessKeyName=root;SharedAccess' + f'Key={made(43)}="}}'),
    ("azure.env.txt.conf", keyed("AZURE_CLIENT_SEC" + "RET", made(3) + "8" + "Q~" + made(34))),
    ("sas.yaml", f"url: https://shop.blob.example.net/x?sv=2022-11-02&ss=b&sig={made(43)}%3D\n"),
    ("kubeconfig.yaml", kubeconfig("client-key" + f"-data: {made(80)}")),
    ("k8s/prod-kubeconfig", kubeconfig("tok" + f"en: {made(60)}")),
    ("cluster.conf", kubeconfig("pass" + f"word: {mixed(16)}")),
    ("k8s/secret.yaml", "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n  pass" + f"word: {made(24)}\n"),
    ("k8s/all.yml", f"kind: ConfigMap\ndata:\n  a: b\n---\nkind: Secret\nstringData:\n  url: {made(24)}\n"),
    ("k8s/encoded.yaml", manifest("data", host="db", PASSWORD=based(mixed(16)))),
    ("k8s/given.yaml", manifest("stringData", HOST="10.0.0.1", SMTP_PASS=mixed(12))),
    ("k8s/dsn.yaml", manifest("stringData", DB_URI=f"postgres://shop:{mixed(14)}@db.example.net/shop")),
    ("k8s/plain.yaml", manifest("data", SECRET_KEY=made(7) + "-" + made(9))),
    ("k8s/tls.yaml", manifest("data", **{"tls.crt": based(block("CERTIFICATE")), "tls.key": based(block("PRIVATE KEY"))})),
    ("k8s/pull.yaml", manifest("data", **{".dockerconfigjson": based('{"auths": {"r.example.net": {"auth": "' + based(f"me:{made(12)}") + '"}}}')})),
    ("k8s/file.yaml", "kind: Secret\nstringData:\n  app.ini: |\n    [db]\n    host = db\n    pass" + f"word = {mixed(16)}\n"),
    ("k8s/both.yaml", manifest("stringData", HOST="db") + "---\n" + manifest("data", kind="ConfigMap", API_TOKEN=mixed(20))),
    ("oci.conf", "[DEFAULT]\nuser=ocid1\npass_" + f"phrase={mixed(14)}\n"),
    ("openrc.sh", "export OS_PASS" + f'WORD="{mixed(16)}"\n'),
    ("rclone.conf", "[b2]\ntype = b2\naccount = 0011\nsecret_access_" + f"key = {made(31)}\n"),
    ("terraform.rc", 'credentials "app.terraform.io" {\n  tok' + f'en = "{made(14)}.atlas' + f'v1.{made(67)}"\n}}\n'),
    ("prod.hcl", 'db_pass' + f'word = "{mixed(18)}"\n'),
    ("cloudflare.ini", "dns_cloudflare_api_" + f"token = {made(40)}\n"),
]  # fmt: skip

TOKENS = [
    (name, prefix + rest)
    for name, prefix, rest in [
        ("GitHub", "gh" + "p_", made(36)), ("GitHub app", "gh" + "s_", made(36)), ("GitHub OAuth", "gh" + "o_", made(36)),
        ("GitHub fine", "github" + "_pat_", made(22) + "_" + made(59)), ("GitHub user", "gh" + "u_", made(36)),
        ("GitHub refresh", "gh" + "r_", made(36)), ("GitLab", "gl" + "pat-", made(20)), ("GitLab deploy", "gl" + "dt-", made(20)),
        ("GitLab runner", "gl" + "rt-", made(20)), ("GitLab trigger", "gl" + "ptt-", hexa(40)),
        ("Slack bot", "xo" + "xb-", digits(12) + "-" + made(24)), ("Slack user", "xo" + "xp-", digits(12) + "-" + hexa(32)),
        ("Slack app", "xa" + "pp-1-", upper(11) + "-" + digits(13) + "-" + hexa(64)),
        ("Stripe", "sk_" + "live_", made(24)), ("Stripe restricted", "rk_" + "live_", made(24)), ("Webhook", "wh" + "sec_", made(32)),
        ("npm", "np" + "m_", made(36)), ("PyPI", "py" + "pi-AgEI", made(80)), ("Hugging Face", "h" + "f_", made(34)),
        ("SendGrid", "S" + "G.", made(22) + "." + made(43)), ("DigitalOcean", "do" + "p_v1_", hexa(64)),
        ("DigitalOcean OAuth", "do" + "o_v1_", hexa(64)), ("Shopify", "shp" + "at_", hexa(32)), ("Shopify app", "shp" + "ss_", hexa(32)),
        ("AWS", "AKI" + "A", upper(16)), ("AWS session", "ASI" + "A", upper(16)), ("Google API", "AI" + "za", made(35)),
        ("Google OAuth", "ya" + "29.", made(60)), ("OpenAI", "sk-" + "proj-", made(60)), ("OpenAI old", "sk-", made(20) + "T3Blbk" + "FJ" + made(20)),
        ("Anthropic", "sk-" + "ant-api03-", made(80)), ("OpenRouter", "sk-" + "or-v1-", hexa(64)), ("Groq", "gs" + "k_", made(52)),
        ("Perplexity", "pp" + "lx-", made(48)), ("xAI", "xa" + "i-", made(80)), ("Replicate", "r" + "8_", made(37)),
        ("NVIDIA", "nv" + "api-", made(64)), ("LangSmith", "lsv2" + "_pt_", hexa(32) + "_" + hexa(10)), ("Pinecone", "pc" + "sk_", made(60)),
        ("Vault", "hv" + "s.", made(90)), ("Vault batch", "hv" + "b.", made(120)), ("Doppler", "dp." + "pt.", made(43)),
        ("Databricks", "da" + "pi", hexa(32)), ("Docker Hub", "dckr" + "_pat_", made(27)), ("Dynatrace", "dt0" + "c01.", upper(24) + "." + upper(64)),
        ("Fly", "fo" + "1_", made(43)), ("Grafana", "gl" + "sa_", made(32) + "_" + hexa(8)), ("Grafana Cloud", "gl" + "c_", made(60)),
        ("Linear", "lin" + "_api_", made(40)), ("Netlify", "nf" + "p_", made(36)), ("New Relic", "NR" + "AK-", upper(27)),
        ("Notion", "nt" + "n_", made(46)), ("PlanetScale", "pscale" + "_pw_", made(43)), ("Postman", "PM" + "AK-", hexa(24) + "-" + hexa(34)),
        ("Pulumi", "pu" + "l-", hexa(40)), ("Prefect", "pn" + "u_", made(36)), ("RubyGems", "ruby" + "gems_", hexa(48)),
        ("Sentry", "sntr" + "yu_", hexa(64)), ("SonarQube", "sq" + "u_", hexa(40)), ("Sourcegraph", "sg" + "p_", hexa(40)),
        ("Supabase", "sb" + "p_", hexa(40)), ("Tailscale", "ts" + "key-", "auth-" + made(24)), ("Twilio", "S" + "K", hexa(32)),
        ("Mailgun", "ke" + "y-", hexa(32)), ("Mapbox", "s" + "k.eyJ", made(60) + "." + made(22)), ("Airtable", "pa" + "t", made(14) + "." + hexa(64)),
        ("Atlassian", "ATA" + "TT3", made(180)), ("Bitbucket", "AT" + "BB", made(32)), ("Buildkite", "bk" + "ua_", hexa(40)),
        ("Contentful", "CF" + "PAT-", made(43)), ("Figma", "fi" + "gd_", made(40)), ("HubSpot", "pat-" + "na1-", hexa(8) + "-" + hexa(4) + "-" + hexa(22)),
        ("NuGet", "oy" + "2", made(43, "abcdefghij0123456789")), ("Heroku", "HR" + "KU-", made(58)), ("Alibaba", "LT" + "AI", made(20)),
        ("Square", "sq0" + "csp-", made(43)), ("Brevo", "xkey" + "sib-", hexa(64) + "-" + made(16)), ("Resend", "r" + "e_", made(8) + "_" + made(24)),
        ("PostHog", "ph" + "x_", made(43)), ("crates.io", "ci" + "o", made(32)), ("Telegram", digits(10) + ":A" + "A", made(33)),
        ("Discord", "MT" + "A4", made(20) + "." + made(6) + "." + made(38)), ("Mailchimp", hexa(32), "-us" + "12"),
        ("Slack hook", "https://hooks.slack.com/" + "services/T", upper(10) + "/B" + upper(10) + "/" + made(24)),
        ("Discord hook", "https://discord.com/api/" + "webhooks/", digits(18) + "/" + made(68)),
    ]
]  # fmt: skip

SETTINGS = [
    ("auth.json", '{"github-oauth": {"github.com": "gh' + f'p_{made(36)}"}}}}'),
    ("composer/auth.json", '{"http-basic": {"repo.example.net": {"username": "me", "pass' + f'word": "{mixed(16)}"}}}}}}'),
    (".mcp.json", '{"mcpServers": {"gh": {"env": {"GITHUB_PERSONAL_ACCESS_' + 'TOKEN": "gh' + f'p_{made(36)}"}}}}}}}}'),
    (".cursor/mcp.json", '{"mcpServers": {"x": {"headers": {"Author' + f'ization": "Bearer {made(40)}"}}}}}}}}'),
    (".claude/settings.local.json", '{"env": {"DB_PASS' + f'WORD": "{mixed(20)}"}}}}'),
    (".vscode/settings.json", '{"db.connections": [{"pass' + f'word": "{mixed(14)}"}}]}}'),
    ("pip.conf", f"[global]\nindex-url = https://me:{mixed(12)}" + "@pypi.example.net/simple\n"),
    (".yarnrc.yml", 'npmRegistries:\n  "//npm.example.net":\n    npmAuth' + f'Token: "{made(36)}"\n'),
    ("npm/.npmrc", "//registry.example.net/:_auth" + f"Token={made(36)}\n"),
    ("netrc", "machine git.example.net login me pass" + f"word {mixed(16)}\n"),
    ("settings.xml", "<settings><servers><server><id>x</id><pass" + f"word>{mixed(16)}</pass" + "word></server></servers></settings>"),
    ("nuget.config", '<configuration><packageSourceCredentials><x><add key="ClearTextPass' + f'word" value="{mixed(16)}" /></x></packageSourceCredentials></configuration>'),
    ("docker.conf.json", '{"auths": {"registry.example.net": {"auth": "' + made(40) + '"}}}'),
    (".env.bak", keyed("DB_PASS" + "WORD", mixed(16))),
    (".env.docker", keyed("APP_" + "KEY", f"base64:{made(43)}=")),
    (".flaskenv", keyed("SECRET_" + "KEY", hexa(48))),
    ("prod.properties", keyed("spring.datasource.pass" + "word", mixed(16))),
    ("rails.conf", keyed("RAILS_MASTER_" + "KEY", hexa(32))),
    ("rails.yml", "production:\n  secret_key" + f"_base: {hexa(128)}\n"),
    ("config/credentials/production.key", hexa(32)),
    (".secrets.toml", "[production]\napi_" + f'key = "{made(32)}"\n'),
    ("config/secrets.json", '{"stripe": {"api_' + f'key": "{made(32)}"}}}}'),
    ("ansible/vault_pass.txt", mixed(20) + "\n"),
    ("vault-password", made(24) + "\n"),
    ("secrets/db_password.txt", mixed(16)),
    ("secrets/smtp", mixed(18)),
    (".huggingface/token", "h" + f"f_{made(34)}"),
    ("ci/api-key", hexa(40) + "\n"),
    ("htpasswd", "admin:$ap" + f"r1${made(8)}${made(22)}\n"),
    ("users.conf", "admin:$2" + f"y$10${made(53)}\n"),
    ("database.ini", f"[main]\nurl = postgres://shop:{mixed(14).replace('!', 'x')}@db.example.net/shop\n"),
    ("celery.yaml", f"broker: amqp://shop:{made(16)}@mq:5672//\n"),
    ("web.config", '<add connectionString="Server=db;User=sa;Pass' + f'word={mixed(14)};" />'),
    ("appsettings.Production.json", '{"Jwt": {"Sec' + f'ret": "{made(48)}"}}}}'),
    ("gradle.properties", keyed("signing.pass" + "word", mixed(12))),
    ("my.conf", "[client]\npass" + f"word = {mixed(14)}\n"),
    ("mail.toml", "[smtp]\npass" + f'word = "{mixed(14)}"\n'),
    ("jwt.yaml", "jwt:\n  signing_" + f"key: {made(40)}\n"),
    ("datadog.yaml", "api_" + f"key: {hexa(32)}\n"),
    ("run.ps1", "$env:API_" + f'TOKEN = "{made(32)}"\n'),
    ("utf16.conf", "\xff\xfe" + keyed("API_" + "TOKEN", made(32)).encode("utf-16-le").decode("latin-1")),
    ("minified.json", '{"a":1,"b":{"c":"d","client_' + f'secret":"{made(32)}"}}}}'),
    ("deep/er/still/config.yml", "a:\n  - b: c\n    access_" + f"token: '{made(40)}'\n"),
]  # fmt: skip

SETTINGS.append(("public.conf", "VITE_MODE=x\nVITE_TOKEN=gh" + f"p_{made(36)}\n"))
IN_TOKENS = [
    "tok = {}\n", "{}", '{{"x": "{}"}}', "a: '{}'\n", "- {}\n", "x={}\n", "[main]\nv = {}\n",
]  # fmt: skip


def holding(number: int, token: str) -> tuple[str, str]:
    """A file with a token, under a name and in a form that say nothing."""
    endings = (".json", ".yml", ".conf", "", ".ini", ".txt", ".toml")
    return f"n{number}/thing{endings[number % 7]}", IN_TOKENS[number % 7].format(token)


TRUE = [
    *KEYS,
    *CLOUDS,
    *SETTINGS,
    *(holding(number, token) for number, (_, token) in enumerate(TOKENS)),
]


PLACEHOLDERS = [
    "changeme", "change-me-please", "CHANGE_THIS_1", "your-token-here", "your_api_key_1", "<token>", "<your key>", "${TOKEN}",
    "$TOKEN", "{{ token }}", "{{ .Values.token }}", "%TOKEN%", "xxxxxxxxxxxx", "XXXX-XXXX-1234", "************", "example-key-1",
    "placeholder1", "dummy-value-1", "fake-key-12", "test1234", "todo", "null", "true", "secret", "password1", "postgres",
    "admin123", "minioadmin", "insecure-dev-1", "replace-with-real-1", "env:TOKEN", "vault:secret/app#token",
    "op://vault/item/field1", "arn:aws:secretsmanager:eu-1:1:x", "ENC[AES256_GCM,data:a1b2]", "!secret api_token", "<%= ENV['T'] %>",
    "process.env.TOKEN1", "my-secret-1", "REDACTED", "not-a-real-key1", "12345678", "/run/secrets/token1", "./keys/token1.pem",
    "redis_password", "django_secret_key", "app_db_password", "https://example.net/token1", "ref+vault://x1", "...",
]  # fmt: skip
FORMS = [
    ("a.conf", "API_TOKEN={}\n"), ("a.json", '{{"api_key": "{}"}}'), ("a.yml", "smtp:\n  password: '{}'\n"),
    ("a.ini", "[x]\nclient_secret = {}\n"), ("a.toml", 'access_token = "{}"\n'), ("a.xml", "<s><password>{}</password></s>"),
]  # fmt: skip

HARMLESS = [
    # Public by design.
    (".env.web", "VITE_API_" + f"KEY={made(32)}\nVITE_MODE=x\n"),
    ("web.conf", "VITE_FIREBASE='{" + '"apiKey":"AI' + f"za{made(35)}" + "\"}'\n"),
    ("next.conf", "NEXT_PUBLIC_TOK" + f"EN={made(32)}\n"),
    ("cra.conf", "REACT_APP_SECRET_" + f"KEY={made(32)}\n"),
    ("expo.conf", "EXPO_PUBLIC_API_" + f"KEY={made(32)}\n"),
    ("gatsby.conf", "GATSBY_ACCESS_" + f"TOKEN={made(32)}\n"),
    ("svelte.conf", "PUBLIC_API_" + f"KEY={made(32)}\n"),
    ("firebase.json", '{"apiKey": "AI' + f'za{made(35)}", "authDomain": "shop.example.net"}}'),
    ("app/google-services.json", '{"client_info": {"mobilesdk_app_id": "1:2"}, "api_key": [{"current_key": "AI' + f'za{made(35)}"}}]}}'),
    ("stripe.json", '{"publishable' + f'_key": "pk_live_{made(24)}"}}'),
    ("recaptcha.yml", "site_" + f"key: {made(40)}\n"),
    # Keys for tests, and what a test brings along.
    ("tests/server.txt", block("PRIV" + "ATE KEY")),
    ("integration/key.txt", block("PRIV" + "ATE KEY")),
    ("suites/common/pki/private.txt", block("RSA PRIV" + "ATE KEY")),
    ("itest/a.conf", keyed("API_TOKEN", made(32))),
    ("e2e/fixtures/a.json", '{"token": "' + made(32) + '"}'),
    ("web/__tests__/a.json", '{"token": "' + made(32) + '"}'),
    ("spec/cassettes/a.yml", "token: " + made(32)),
    ("testdata/gh.txt", "gh" + f"p_{made(36)}"),
    ("stripe-test.conf", "STRIPE=sk_" + f"test_{made(24)}\n"),
    # Sections for development and test.
    ("config/app.yml", f"development:\n  secret_key_base: {hexa(64)}\n\ntest:\n  secret_key_base: {hexa(64)}\n"),
    ("config/db.yml", f"test:\n  password: {mixed(16)}\nproduction:\n  password: <%= ENV['P'] %>\n"),
    ("config/x.ini", f"[development]\npassword = {mixed(16)}\n\n[production]\nmode = x\n"),
    # Certificates and public halves.
    ("tls/chain.txt", block("CERTIFICATE")),
    ("tls/request", block("CERTIFICATE REQUEST")),
    ("tls/dh", block("DH PARAMETERS")),
    ("me.asc", block("PGP PUBLIC KEY BLOCK")),
    ("jwt.public", block("PUBLIC KEY")),
    ("authorized_keys", f"ssh-ed25519 AAAAC3Nz{made(60)} me@host\n"),
    ("known_hosts", f"git.example.net ssh-rsa AAAAB3Nz{made(300)}\n"),
    ("jwks.json", '{"keys": [{"kty": "RSA", "n": "' + made(200) + '", "e": "AQAB", "kid": "a1"}]}'),
    ("age.recipients", f"age1{made(58, 'qpzry9x8gf2tvdw0')}\n"),
    ("cosign.json", '{"payload": "' + made(80) + '", "publicKey": "' + made(40) + '"}'),
    # Encrypted, or named elsewhere.
    ("group_vars/all.yml", "$ANSIBLE_VAULT;1.1;AES256\n" + "\n".join(digits(80) for _ in range(4))),
    ("sops.yaml", "password: ENC[AES256_GCM,data:" + made(20) + ",type:str]\nsops:\n  version: 3.8.1\n"),
    ("k8s/sops-secret.yaml", "kind: Secret\nstringData:\n  password: ENC[AES256_GCM,data:" + made(20) + "]\n"),
    ("k8s/sealed.yaml", f"kind: SealedSecret\nspec:\n  encryptedData:\n    password: AgB{made(60)}\n"),
    ("k8s/external.yaml", "kind: ExternalSecret\nspec:\n  secretStoreRef:\n    name: store-1\n  data:\n  - secretKey: password\n    remoteRef:\n      key: db/prod1\n"),
    ("k8s/deploy.yaml", "kind: Deployment\nenv:\n- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef:\n      name: db-creds1\n      key: password\n"),
    ("k8s/chart.yaml", "kind: Secret\ndata:\n  password: {{ .Values.password | b64enc }}\n"),
    ("k8s/empty.yaml", "kind: Secret\nmetadata:\n  name: x\ntype: Opaque\n"),
    ("k8s/where.yaml", manifest("stringData", DB_USERNAME="atlas", DB_PASSWORD="seriously-insecure", HOST="127.0.0.1", PORT="8888", OPEN="true")),
    ("k8s/host.yaml", manifest("stringData", DB_HOST="shop.c9akciq32abc.eu-west-1.rds.amazonaws.com:5432")),
    ("k8s/service.yaml", manifest("stringData", CACHE="redis-7f9x.shop.svc.cluster.local", REGION="eu-central-1")),
    ("k8s/address.yaml", manifest("stringData", API="https://api7x2.example.net/v2/shop", MAIL="ops7x2k9@example.net")),
    ("k8s/local-dsn.yaml", manifest("stringData", DB_URI="postgres://shop:shop@localhost/shop")),
    ("k8s/user.yaml", manifest("data", username=based("shopkeeper"), host=based("db.example.net"))),
    ("k8s/changeme.yaml", manifest("data", password=based("changeme"), token=based("<your token>"))),
    ("k8s/ca.yaml", manifest("data", **{"ca.crt": based(block("CERTIFICATE"))})),
    ("k8s/nobody.yaml", manifest("data", **{".dockerconfigjson": based('{"auths": {"r.example.net": {}}}')})),
    ("k8s/settings.yaml", "kind: Secret\nstringData:\n  app.ini: |\n    [db]\n    host = db.example.net\n    password = ${DB_PASSWORD}\n  mode: production\n"),
    ("k8s/helm.yaml", "kind: Secret\ndata:\n  password: {{ .Values.password | b64enc }}\n  values.yaml: |\n    {{- toYaml .Values | nindent 4 }}\n"),
    ("k8s/labels.yaml", "kind: Secret\nmetadata:\n  labels:\n    app: a7f93kd02mx\nstringData:\n  name: shop\n"),
    ("k8s/config.yaml", manifest("data", kind="ConfigMap", checksum=made(40))),
    ("k8s/blank.yaml", "kind: Secret\nstringData:\n  password: \n  token: ''\n"),
    ("k8s/ingress.yaml", "kind: Ingress\nspec:\n  tls:\n  - secretName: shop-tls-2024a\n"),
    ("kube/none.yaml", "apiVersion: v1\nkind: Config\nclusters: []\nusers: []\n"),
    ("kube/exec.yaml", "kind: Config\nusers:\n- name: x\n  user:\n    exec:\n      command: aws\n"),
    ("message.asc", block("PGP MESSAGE")),
    ("docker.json", '{"auths": {"r.example.net": {}}, "credsStore": "desktop"}'),
    ("npmrc", "//registry.example.net/:_authToken=${NPM_TOKEN}\nsave-exact=true\n"),
    ("pip.ini", "[global]\nindex-url = https://pypi.example.net/simple\n"),
    ("maven.xml", "<server><id>x</id><password>${env.PASSWORD}</password></server>"),
    (".yarnrc.yml", "nodeLinker: node-modules\nnpmAuthToken: ${NPM_TOKEN}\n"),
    (".mcp.json", '{"mcpServers": {"x": {"command": "npx", "env": {"TOKEN": "${TOKEN}"}}}}'),
    (".claude/settings.local.json", '{"permissions": {"allow": ["Bash(git push:*)", "Read(secrets/**)"]}}'),
    (".vscode/settings.json", '{"editor.tokenColorCustomizations": {"comments": "#aabbcc12"}}'),
    ("auth.json", '{"providers": ["github"], "session": "cookie"}'),
    ("spring.properties", "datasource.password=${DB_PASSWORD:db-57x1a2b}\n"),
    ("ci.yml", "env:\n  TOKEN: ${{ secrets.GITHUB_TOKEN }}\n  API_KEY: ${{ secrets.KEY_1 }}\n"),
    ("Jenkinsfile", "withCredentials([string(credentialsId: 'github-token-id', variable: 'TOKEN')]) {}\n"),
    ("vars.hcl", 'variable "db_password" {\n  sensitive = true\n}\npassword = var.db_password1\n'),
    ("main.hcl", 'password = random_password.db.result\nsecret_arn = data.aws_secret.x.arn\n'),
    ("Makefile", "TOKEN ?= $(shell cat .token)\nAPI_KEY := $(KEY1)\n"),
    ("run.sh", 'export API_TOKEN="$1"\nPASSWORD=$(pass show x1)\nTOKEN=`cat t1`\n'),
    ("nginx.conf", "ssl_certificate_key /etc/ssl/private/key1.pem;\nauth_basic_user_file /etc/nginx/htpasswd;\n"),
    ("ssh_config", "Host x\n  IdentityFile ~/.ssh/id_rsa\n  PasswordAuthentication no\n"),
    ("openssl.conf", "[req]\ndefault_keyfile = privkey1.pem\ninput_password = $ENV::PW1\n"),
    ("docker-compose.override.yml", f"services:\n  db:\n    environment:\n      POSTGRES_PASSWORD: {mixed(12)}\n"),
    ("local.url", "redis://localhost:6379\npostgres://postgres:postgres@localhost/x\namqp://guest:guest@mq/\n"),
    ("compose.env.conf", "DATABASE_URL=postgres://user:password@db:5432/app\nURL=https://u:${P}@h.example.net\n"),
    (".env.example", keyed("API_" + "TOKEN", made(32))),
    ("config.sample.json", '{"token": "' + made(32) + '"}'),
    ("settings-template.yml", "token: " + made(32)),
    ("commented.conf", f"# API_TOKEN={made(32)}\n; PASSWORD={mixed(12)}\n// TOKEN={made(32)}\n"),
    # Words about secrets, where nothing is one.
    ("locales/de.json", '{"password": "Passwort1!", "token": "Sitzungsschluessel7x"}'),
    ("src/i18n/en.yml", "password: 'Pass-w0rd!'\n"),
    ("tokenizer.json", '{"bos_token": "<s>", "unk_token": "[UNK]", "pad_token": "<|pad7|>", "token": "Ġthe1"}'),
    ("tokens.json", '{"color-token": "#aabbcc12", "space-token": "spacing-4", "font-token": "inter-16-bold"}'),
    ("schema.json", '{"properties": {"password": {"type": "string"}, "token": {"type": "string"}}}'),
    ("openapi.yaml", "password:\n  type: string\n  format: password\ntokenUrl: https://a.example.net/oauth2/token\n"),
    ("rules.yml", "- alert: TokenExpiry7d\n  expr: token_expiry_seconds < 604800\n"),
    ("i.yml", "existingSecret: ''\nsecretKey: jwt-secret\npasswordKey: db-password\nsecretName: db-creds-2b\n"),
    ("flags.json", '{"password": null, "secret": false, "token_count": "12a4b6c8", "max_tokens": "4096"}'),
    ("limits.ini", "password_min_length = 12\ntoken_ttl = 3600s1a2b3c\npassword_regex = ^[A-Z]1a2b3c$\n"),
    ("store.json", '{"tokenKey": "app.auth.token.v1", "sessionKey": "app:session:2"}'),
    ("hashes.txt", "\n".join(f"{hexa(64)}  file{n}" for n in range(5))),
    ("SHA256SUMS", f"{hexa(64)}  a.tar\n"),
    ("ids.json", '{"id": "3f2b8c1e-1111-4a2b-9c3d-0123456789ab", "commit": "' + hexa(40) + '"}'),
    ("integrity.json", '{"integrity": "sha512-' + made(86) + '=="}'),
    ("image.json", '{"image": "data:image/png;base64,' + made(400) + '"}'),
    ("notebook.ipynb", '{"source": "password = getpass.getpass()", "image/png": "' + made(300) + '"}'),
    ("app.py", 'password = os.environ["PASSWORD1"]\ntoken = get_token("a1b2c3d4e5")\n'),
    ("new.ts", f'const token = "{made(32)}";\n'),
    ("check.go", f'if strings.Contains(s, "{BEGIN}RSA PRIV' + 'ATE KEY-----") {\n'),
    ("how.md", f"The file begins with `{BEGIN}PRIV" + "ATE KEY-----`; set `API_TOKEN=abc123def456`.\n"),
    ("doc.txt", "password: ask the person who sits next to you 1\n"),
    ("prefix.md", "Tokens start with gh" + "p_, glp" + "at- or sk_" + "live_ and are long.\n"),
    ("aws-doc.conf", "key = AKI" + "AIOSFODNN7EXAMPLE\n"),
    ("lines.conf", "keyboard=a1b2c3d4e5\nmonkey=a1b2c3d4e5\nkeyspace=a1b2c3d4e5\ncompass=a1b2c3d4e5\n"),
    ("names.conf", "TOKEN_FILE=/run/t1\nSECRET_NAME=shop-db-9x\nPASSWORD_URL=https://x1.example.net\nAPI_KEY_ID=a1b2c3d4e5\n"),
    ("state.json", '{"lastRun": "2026-01-01T00:00:00Z", "version": "1.2.3-rc.4+a1b2c3"}'),
    ("words.lst", "secret\ntoken\npassword\n"),
    ("todo", "rotate the api key, then the password of the token store\n"),
    ("secrets/README", "Put one file a secret here.\n"),
    ("secrets/.keep", " \n"),
    ("secrets/list.yml", "- name: db\n- name: smtp\n"),
    ("password.txt", "changeme\n"),
    ("token", "${TOKEN}\n"),
    ("api-key.txt", "/run/secrets/api-key\n"),
    ("keys/a.key", "Slides about cryptography, in a format of their own: a1b2c3\n"),
    ("cache/x.json", '{"etag": "W/\\"' + made(24) + '\\"", "key": "' + made(24) + '"}'),
    ("empty.json", "{}"),
    ("Procfile", "web: gunicorn app --token-auth --max-requests 1000\n"),
    ("robots", "User-agent: *\nDisallow: /token\n"),
]  # fmt: skip


def standing_in(number: int, value: str) -> tuple[str, str]:
    """A file in which something else stands for the secret."""
    name, form = FORMS[number % len(FORMS)]
    return f"p{number}/{name}", form.format(value)


FALSE = [*HARMLESS, *(standing_in(number, value) for number, value in enumerate(PLACEHOLDERS))]
