"""Notify WebSub hubs of changed feeds, for delivery to subscribers (https://www.w3.org/TR/websub/)."""
