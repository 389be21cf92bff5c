"""Notify WebSub hubs of changed feeds (https://www.w3.org/TR/websub/), and purge shared caches of changed documents."""
