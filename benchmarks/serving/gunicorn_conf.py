"""Our gunicorn configuration, for the apps of other frameworks."""

from feeds.gunicorn_conf import (
    accesslog,
    control_socket_disable,
    graceful_timeout,
    keepalive,
    limit_request_fields,
    loglevel,
    post_request,
    preload_app,
    timeout,
    worker_class,
    worker_connections,
    worker_tmp_dir,
    workers,
)

__all__ = [
    "accesslog",
    "control_socket_disable",
    "graceful_timeout",
    "keepalive",
    "limit_request_fields",
    "loglevel",
    "post_request",
    "preload_app",
    "timeout",
    "worker_class",
    "worker_connections",
    "worker_tmp_dir",
    "workers",
]
