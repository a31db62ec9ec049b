vcl 4.1;
backend origin { .host = "127.0.0.1"; .port = "{origin}"; }
sub vcl_recv { unset req.http.Cookie; return (hash); }
sub vcl_backend_response { if (beresp.http.Cache-Control !~ "no-store") { set beresp.ttl = 1h; } }
