"""Someone at a browser without script: opens pages, fills the forms that stand on them, follows where they lead."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.test import TestResponse

Fields = dict[str, list[str]]
HIDDEN = ("csrf_token", "form_key", "version")


@dataclass
class FormOnPage:
    """A form as a browser would send it if nothing was touched."""

    action: str
    method: str
    fields: Fields = field(default_factory=dict)
    buttons: Fields = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    """The names of its controls that a person sees, also of radios and boxes of which none is chosen."""

    def hidden(self) -> Fields:
        """Only what the house puts into every form: token, key, version."""
        return {name: values for name, values in self.fields.items() if name in HIDDEN}


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[FormOnPage] = []
        self.form: FormOnPage | None = None
        self.select: str | None = None
        self.text: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.form = FormOnPage(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self.form)
        elif self.form is not None and "disabled" not in given:
            self._control(tag, given)

    def _control(self, tag: str, given: dict[str, str]) -> None:
        name = given.get("name", "")
        if name and tag in {"input", "select", "textarea"} and given.get("type", "text") not in {"hidden", "submit"}:
            self.form.seen.add(name)
        if tag == "input" and name:
            self._input(name, given)
        elif tag == "button" and name:
            self.form.buttons.setdefault(name, []).append(given.get("value", ""))
        elif tag == "textarea" and name:
            self.text = (name, [])
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select:
            chosen = self.form.fields.setdefault(self.select, [])
            if "selected" in given or not chosen:
                self.form.fields[self.select] = [given.get("value", "")]

    def _input(self, name: str, given: dict[str, str]) -> None:
        kind = given.get("type", "text").lower()
        if kind in {"submit", "image"}:
            self.form.buttons.setdefault(name, []).append(given.get("value", ""))
        elif kind not in {"checkbox", "radio"} or "checked" in given:
            missing = "on" if kind in {"checkbox", "radio"} else ""
            self.form.fields.setdefault(name, []).append(given.get("value", missing))

    def handle_data(self, data: str) -> None:
        if self.text:
            self.text[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "select":
            self.select = None
        elif tag == "textarea" and self.text and self.form is not None:
            name, parts = self.text
            self.form.fields.setdefault(name, []).append("".join(parts).removeprefix("\n"))
            self.text = None


def forms_on(html: str) -> list[FormOnPage]:
    """The forms of a page, in order."""
    reader = _Forms()
    reader.feed(html)
    return reader.forms


class Visitor:
    """One browser with its cookies. `raw` is Flask's test client, for requests that no page of ours would send."""

    def __init__(self, app: Flask):
        self.app = app
        self.raw = app.test_client()

    def sign_in(self, staff: Any) -> "Visitor":
        """Sign in through the form as a member of the cast (anything with `email` and `password`)."""
        answer = self.post("/sign-in", {"email": staff.email, "password": staff.password})
        if answer.status_code != 303:
            raise AssertionError(f"{staff.email} could not sign in: {answer.status_code}\n{answer.text[:2000]}")
        return self

    def get(self, path: str, **options: Any) -> TestResponse:
        """Open an address; redirects are shown, not followed (`follow_redirects=True` follows)."""
        return self.raw.get(path, **options)

    def post(
        self, path: str, data: dict[str, Any] | None = None, *, page: str | None = None, **options: Any
    ) -> TestResponse:
        """Send `data` to `path` with the token, key and version that the page's form carries; nothing else of the form.

        `page` is where the form stands if that is another address than `path`.
        """
        form = self.form(page or path, to=path)
        return self.raw.post(path, data={**form.hidden(), **(data or {})}, **options)

    def submit(self, page: str, changes: dict[str, Any] | None = None, *, to: str | None = None) -> TestResponse:
        """Open a page, change some fields of its form, send all of it, as a browser does. None leaves a field out.

        `to` says which form is meant, by its address, where the page has several.
        """
        form = self.form(page, to=to or page)
        sent = {name: value for name, value in {**form.fields, **(changes or {})}.items() if value is not None}
        return self.raw.post(urlsplit(form.action or page).path, data=sent)

    def form(self, page: str, *, to: str) -> FormOnPage:
        """The form on a page that posts to an address (or to the page itself). Raises AssertionError without one."""
        answer = self.raw.get(page)
        forms = [form for form in forms_on(answer.text) if form.method == "post"]
        for form in forms:
            if urlsplit(form.action or page).path == urlsplit(to).path:
                return form
        lead = ", ".join(form.action or "itself" for form in forms)
        raise AssertionError(
            f"{page} ({answer.status_code}) has no form that posts to {to}; its forms lead to: {lead or '-'}"
        )

    def token(self, page: str) -> str:
        """A token that this visitor's forms may carry, from any form of a page."""
        return next(
            form.fields["csrf_token"][0] for form in forms_on(self.raw.get(page).text) if "csrf_token" in form.fields
        )
