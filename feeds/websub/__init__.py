"""Tell WebSub hubs which feeds have changed, so that they push them to subscribers (https://www.w3.org/TR/websub/)."""

from feeds.websub.announcing import Announcer, announce
from feeds.websub.telling import Announcing, Pace

__all__ = ["Announcer", "Announcing", "Pace", "announce"]
