"""What an answer about access hangs on, in words."""

from __future__ import annotations

from session_app import i18n
from session_app.domain.drafting import Language
from session_app.domain.explanation import Explanation, Ground
from session_app.services.desk import Desk
from session_app.store import sessions


def word_grounds(
    desk: Desk, session: str, answer: Explanation, language: Language
) -> dict[str, list[str]]:
    """What an answer hangs on, as sentences; of grounds that only count together, one sentence."""
    held = sessions.session(desk.store, session)

    def say(ground: Ground) -> str:
        if ground.grant is not None:
            grant = ground.grant
            until = i18n.format_moment(held.local(grant.until), language) if grant.until else ""
            parts = [
                i18n.translate(
                    "ui.why.decides.grant",
                    language,
                    right=i18n.translate(f"ui.right.{grant.right}", language),
                    at=i18n.format_moment(held.local(grant.given_at), language),
                    by=desk.authority.actor(session, grant.given_by).name,
                    reason=grant.reason,
                )
            ]
            if until:
                parts.append(i18n.translate("ui.why.grant.until", language, at=until))
            if grant.item is not None:
                parts.append(i18n.translate("ui.why.grant.item", language))
            if grant.draft is not None:
                parts.append(i18n.translate("ui.why.grant.draft", language))
            return " ".join(parts)
        if ground.fact == "setting":
            return i18n.translate(
                "ui.why.setting",
                language,
                setting=ground.setting,
                value=ground.value,
                source=ground.source,
            )
        if ground.right is not None:
            right = i18n.translate(f"ui.right.{ground.right}", language)
            return i18n.translate("ui.why.opens.grant", language, right=right)
        kind = "decides" if answer.decision.allowed else "opens"
        return i18n.translate(f"ui.why.{kind}.{ground.fact}", language)

    return {
        "decides": [say(each) for each in answer.decides],
        "opens": [" + ".join(say(each) for each in some) for some in answer.would_open],
    }
