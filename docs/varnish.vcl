vcl 4.1;

# Varnish in front of topic-feeds, with FEEDS_PURGE=http://127.0.0.1:6081 in the environment of the server and of the
# collector. One site for each Varnish: documents are found by their path alone, whatever the host.

import std;

backend default {
    .host = "127.0.0.1";
    .port = "8000";
}

# The machines with a collector, which may purge.
acl purgers {
    "127.0.0.1";
    "::1";
}

sub vcl_recv {
    if (req.method == "PURGE") {
        if (client.ip !~ purgers) {
            return (synth(403, "Not allowed to purge."));
        }
        return (purge);
    }
    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }
    # Responses that depend on a password are passed on, and never kept. No response depends on a cookie.
    if (req.http.Authorization) {
        return (pass);
    }
    unset req.http.Cookie;
    # With `-p http_gzip_support=off`, one copy for each coding of the server; otherwise Varnish keeps gzip only.
    if (req.http.Accept-Encoding ~ "(?i)\bbr\b" && req.http.Accept-Encoding !~ "(?i)\bbr\s*;\s*q=0(\.0*)?\s*(,|$)") {
        set req.http.Accept-Encoding = "br";
    } elsif (
        req.http.Accept-Encoding ~ "(?i)\bgzip\b" &&
        req.http.Accept-Encoding !~ "(?i)\bgzip\s*;\s*q=0(\.0*)?\s*(,|$)"
    ) {
        set req.http.Accept-Encoding = "gzip";
    } else {
        unset req.http.Accept-Encoding;
    }
}

sub vcl_hash {
    hash_data(req.url);
    return (lookup);
}

sub vcl_backend_response {
    # How long this cache may keep a document that is purged when it changes. All others have Cache-Control alone.
    if (beresp.status == 200) {
        if (beresp.http.Surrogate-Control ~ "max-age=[0-9]+") {
            set beresp.ttl = std.duration(regsub(beresp.http.Surrogate-Control, ".*max-age=([0-9]+).*", "\1s"), 0s);
        } elsif (beresp.http.CDN-Cache-Control ~ "max-age=[0-9]+") {
            set beresp.ttl = std.duration(regsub(beresp.http.CDN-Cache-Control, ".*max-age=([0-9]+).*", "\1s"), 0s);
        }
    }
    unset beresp.http.Surrogate-Control;
    unset beresp.http.CDN-Cache-Control;
}

sub vcl_deliver {
    # A reader counts max-age from the age of its copy: with an age of hours, it would take every copy for outdated.
    unset resp.http.Age;
    unset resp.http.Surrogate-Key;
    unset resp.http.Cache-Tag;
}
