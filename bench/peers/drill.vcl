# Varnish as it comes, with the usual PURGE: what the origin says of caching is obeyed by the built-in rules.
vcl 4.1;
backend origin { .host = "127.0.0.1"; .port = "{origin}"; }
sub vcl_recv { if (req.method == "PURGE") { return (purge); } }
