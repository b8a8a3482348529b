"""What RUN steps install and make, as far as they tell."""

from __future__ import annotations

import pytest

from ctxopt.evidence.run_steps import installs_nothing, makes_nothing
from ctxopt.languages.dockerfile import parse, resolve


def build(steps: str):
    return resolve(parse(f"FROM a\nCOPY . .\n{steps}".encode()))


INSTALL = [
    "RUN npm ci\n",
    "RUN cd web && yarn\n",
    "RUN python3 -m pip install -r requirements.txt\n",
    "RUN pip3.11 install x\n",
    "RUN ./gradlew build\n",
    "RUN bundle install\n",
    "RUN ./setup.sh\n",
    "RUN make\n",
    'RUN ["composer", "install"]\n',
    "RUN <<EOF\ncargo fetch\nEOF\n",
]

INSTALL_NOTHING = [
    "RUN true\n",
    "RUN apt-get update && apt-get install -y curl\n",
    "RUN chmod +x /app/server\n",
    "RUN cp -r node_modules/x /y\n",
    "RUN echo npm-cache\n",
    "RUN ls my.npm\n",
    "RUN mkdir /go-data\n",
    "RUN useradd app\n",
    "RUN rm -rf /tmp/pip-x\n",
    "RUN curl -o x https://example.org/x\n",
    "RUN cat cmake.txt\n",
    "RUN ln -s a.shx b\n",
]


@pytest.mark.parametrize("steps", INSTALL)
def test_may_install(steps):
    assert not installs_nothing(build(steps))


@pytest.mark.parametrize("steps", INSTALL_NOTHING)
def test_installs_nothing(steps):
    assert installs_nothing(build(steps))


def test_without_steps_nothing_says_that_nothing_is_installed():
    assert not installs_nothing(build(""))


def test_steps_that_are_not_reached_install_and_make_nothing():
    found = resolve(parse(b"FROM a AS x\nRUN npm ci && make\nFROM b\nRUN true\n"))
    assert installs_nothing(found)
    assert makes_nothing(found)


STEPS = [
    ("", True),
    ("RUN npm ci --omit=dev && chmod +x /a && mkdir data\n", True),
    ("RUN apt-get update \\\n && apt-get install -y make\n", True),
    ("RUN yarn\nRUN pip install --no-cache-dir -r requirements.txt\n", True),
    ("RUN set -eux; NODE_ENV=production npm install; rm -rf /tmp/x\n", True),
    ("RUN tar -czf a.tgz dist && /app/extra/upload-asset.sh a.tgz\n", True),
    ("RUN # nothing\n", True),
    ("RUN npm run build\n", False),
    ("RUN npm ci && npm run build\n", False),
    ("RUN yarn build\n", False),
    ("RUN make\n", False),
    ("RUN ./build.sh\n", False),
    ("RUN <<EOF\napt-get update\ncmake --build .\nEOF\n", False),
    ("RUN pip install .\n", False),
    ("RUN pip install -e .[all]\n", False),
    ("RUN if [ -f x ]; then npm run build; fi\n", False),
    ("RUN cd web && npx vite build\n", False),
    ('RUN ["cargo", "build"]\n', False),
]


@pytest.mark.parametrize(("steps", "expected"), STEPS)
def test_whether_a_build_makes_anything(steps, expected):
    assert makes_nothing(build(steps)) is expected
