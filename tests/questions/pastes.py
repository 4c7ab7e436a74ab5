"""What developers paste and look for: (kind, what was said, questions that must find it, questions that must not)."""

ERROR = (
    "2026-01-31T12:00:00.123Z ERROR [http-nio-8080-exec-3] com.acme.billing.InvoiceService - Could not commit JPA "
    "transaction; nested exception is javax.persistence.RollbackException: Error while committing the transaction (code=E4711)"
)
URL = (
    "https://api.acme.example/v2/customers/cus_9s6XKzkNRiz8i3/invoices?expand[]=data.customer&limit=100&starting_after="
    "in_1MtHbELkdIwHu7ixl4OzzPMv&created[gte]=1672531200&status=open&collection_method=charge_automatically#top"
)
TRACE = (
    'Traceback (most recent call last):\n  File "/usr/lib/python3.11/site-packages/requests/adapters.py", line 486, in send\n'
    "    resp = conn.urlopen(\nurllib3.exceptions.MaxRetryError: HTTPSConnectionPool(host='api.acme.example', port=443): Max "
    "retries exceeded with url: /v1/charges (Caused by NewConnectionError)"
)

ROWS = [
    ("versions", "We are on 2.10.3 of the client", ["2.10.3", "v2.10.3", "V2.10.3", "2.10", "client 2.10.3", "v2.10.3 "], ["2.10.4", "v2.11.3", "3.10.2", "10.2"]),
    ("versions", "Upgraded to v2.10.3-beta.1 yesterday", ["2.10.3", "v2.10.3", "2.10.3-beta.1", "v2.10.3-beta", "beta.1"], ["2.10.3-alpha", "beta.2"]),
    ("versions", "Node v18.2 and python3.11 with OpenSSL/3.0.13", ["node 18.2", "v18.2", "python 3.11", "python3.11", "openssl 3.0.13", "OpenSSL/3.0.13"], ["v18.3", "python3.12", "openssl 3.1 "]),
    ("versions", "The v2 of your API", ["v2", "v2 api", "v2 "], ["v3", "2 apis", "v22"]),
    ("versions", "There are 2 APIs", ["2 apis", "2"], ["v2", "v2 "]),
    ("quantities", "It times out after 30s", ["30s", "30 s", "30 s ", "30"], ["31s", "3 0s", "30m"]),
    ("quantities", "It times out after 30 s", ["30s", "30 s", "30s "], ["31s", "30ms"]),
    ("quantities", "Uploads of 500 MB or 1.5GB fail in 250ms", ["500mb", "500 MB", "1.5 gb", "1.5GB", "250 ms", "250ms"], ["500gb", "50mb", "25ms"]),
    ("quantities", "limit is 100req/min, memory 512MiB", ["100 req", "100req/min", "512 mib", "512MiB"], ["512gib", "10req"]),
    ("identifiers", "getUserById throws a NullPointerException", ["getUserById", "getuserbyid", "get user by id", "user id", "userById", "NullPointerException", "null pointer", "nullpointer"], ["getUserByName", "setUser", "null reference", '"id by user"']),
    ("identifiers", "the get_user_by_id function of user_service", ["get_user_by_id", "getUserById", "get user by id", "userService", "user-service", "userservice"], ["get_user_by_name", "servicename"]),
    ("identifiers", "set X-Request-Id and the maxRetryCount", ["X-Request-Id", "x-request-id", "request id", "xrequestid", "max_retry_count", "maxretrycount", "MAX_RETRY_COUNT", "retries "], ["request key", "min_retry_count"]),
    ("identifiers", "HTTPSConnectionPool and XMLHttpRequest in iOSApp", ["HTTPSConnectionPool", "connection pool", "https connection", "xmlhttprequest", "XMLHttpRequest", "http request"], ["connection poll", "httpx"]),
    ("identifiers", "sha256 and base64 of utf8, oauth2 with JWTs", ["sha-256", "SHA256", "base-64", "utf-8", "OAuth 2", "oauth2", "jwt ", "JWT"], ["sha512", "utf16", "oauth1"]),
    ("identifiers", "SHA-256 and UTF-8 and OAuth 2.0", ["sha256", "SHA-256", "utf8", "oauth2"], ["sha512", "utf-16", "oauth 1"]),
    ("identifiers", "customer cus_9s6XKzkNRiz8i3 of 550e8400-e29b-41d4-a716-446655440000", ["cus_9s6XKzkNRiz8i3", "CUS_9S6XKZKNRIZ8I3", "550e8400-e29b-41d4-a716-446655440000", "550e8400e29b41d4a716446655440000", "550e8400-e29b"], ["cus_9s6XKzkNRiz8i4", "550e8400-e29b-41d4-a716-446655440001", "550e81"]),
    ("identifiers", "commit 3f2a9c1d7b on feature/new-login-page", ["3f2a9c1d7b", "3f2a9c", "feature/new-login-page", "new login page", "newLoginPage"], ["3f2a9d", "new logout"]),
    ("paths", "Permission denied: /var/log/app-server/error.log", ["/var/log/app-server/error.log", "error.log", "var log", "app-server", "appserver", "/var/log/"], ["/var/lib", "error.txt", '"log var"']),
    ("paths", "C:\\Users\\Ann\\AppData\\Local\\config.json is empty", ["C:\\Users\\Ann\\AppData", "config.json", "AppData\\Local", "app data"], ["config.yaml", "AppData\\Roaming"]),
    ("paths", "see src/main/java/com/acme/InvoiceService.java:42", ["InvoiceService.java", "InvoiceService.java:42", "com.acme.InvoiceService", "invoice service", "src/main"], ["InvoiceService.java:43", "InvoiceServer"]),
    ("flags", "npm install --legacy-peer-deps -g acme-cli@1.2.3", ["--legacy-peer-deps", "legacy peer deps", "legacyPeerDeps", "npm install", "acme-cli@1.2.3", "acme-cli"], ["--legacy-deps", "acme-cli@1.2.4"]),
    ("flags", "curl -X POST --data-binary @body.json -H 'Content-Type: application/json'", ["--data-binary", "curl -X POST", "Content-Type: application/json", "content type", "@body.json"], ["--data-raw", "curl -X GET", "application/xml"]),
    ("flags", "kubectl get pods --namespace=prod --output=wide", ["--namespace=prod", "kubectl get pods", "kubectl get pod ", "--output=wide", "namespace prod"], ["--namespace=dev", "output=json"]),
    ("codes", "Error ERR_4521 and ECONNREFUSED 127.0.0.1:5432", ["ERR_4521", "err 4521", "ERR-4521", "err4521", "ECONNREFUSED", "econnrefused 127.0.0.1:5432", "127.0.0.1"], ["ERR_4522", "127.0.0.2", "econnreset"]),
    ("codes", "HTTP 502 Bad Gateway, exit code 0x80070005, ORA-00942", ["502", "http 502", "bad gateway", "0x80070005", "ORA-00942", "ora00942"], ["503", "ORA-00943", "0x80070006"]),
    ("codes", "Stripe answered card_declined (insufficient_funds) with 402", ["card_declined", "cardDeclined", "insufficient funds", "declined cards "], ["card_accepted", "sufficient"]),
    ("error lines", ERROR, [ERROR, "Could not commit JPA transaction", "RollbackException: Error while committing the transaction", "javax.persistence.RollbackException", "E4711", "rollback exceptions ", "InvoiceService", ERROR + " " + ERROR, ERROR[:140]], ["E4712", ERROR.replace("JPA", "JTA"), "RollforwardException"]),
    ("error lines", TRACE, [TRACE, "MaxRetryError", "Max retries exceeded with url: /v1/charges", "urllib3.exceptions.MaxRetryError", "NewConnectionError", "requests/adapters.py", '"line 486, in send"'], ["line 487", "Max retries exceeded with url: /v2/charges", "MinRetryError"]),
    ("error lines", URL, [URL, "cus_9s6XKzkNRiz8i3", "api.acme.example/v2/customers", "starting_after", "in_1MtHbELkdIwHu7ixl4OzzPMv", "charge_automatically", "created[gte]=1672531200"], [URL.replace("v2", "v3"), "created[gte]=1672531201", "charge_manually"]),
    ("error lines", "TypeError: Cannot read properties of undefined (reading 'map')", ["TypeError: Cannot read properties of undefined (reading 'map')", "Cannot read property ", "TypeError", "type error", '"properties of undefined"'], ["Cannot read properties of null", "reading 'filter'"]),
    ("error lines", "panic: runtime error: invalid memory address or nil pointer dereference [signal SIGSEGV]", ["nil pointer dereference", "panic: runtime error", "SIGSEGV", "invalid memory addresses "], ["SIGKILL", "null pointer"]),
    ("code", "SELECT * FROM orders WHERE created_at > NOW() - INTERVAL '7 days'", ["SELECT * FROM orders", "created_at", "createdAt", "interval '7 days'", "7days", "orders where"], ["SELECT * FROM users", "updated_at", "8 days"]),
    ("code", "await client.webhooks.createEndpoint({ url, enabledEvents: ['*'] })", ["client.webhooks.createEndpoint", "create_endpoint", "webhook endpoint", "enabledEvents", "enabled events", "createendpoint"], ["deleteEndpoint", "disabledEvents"]),
    ("code", "std::vector<int> and List<String> in C++ and C#", ["std::vector", "List<String>", "vector int"], ["std::map", "list integer"]),
    ("code", 'config: {"rateLimit": {"perMinute": 60}}', ["rateLimit", "rate-limit", "rate limit", "ratelimit", "perMinute", "rate_limit"], ["rateCount", "perHour"]),
    ("words", "Node.js and the iPhone15 app", ["node.js", "nodejs", "iphone 15", "iPhone15", "iphone15", "iphone ", "iphone apps "], ["node.ts", "iphone 14"]),
    ("words", "It is written in C# for the O'Brien project", ["C#", "obrien", "O’Brien", "projects "], ["C++ ", "brian"]),
    ("words", "the e-mail about our rate-limit and the web hook", ["email", "e-mail", "ratelimit", "rate limit", "rate limits "], ["mailbox", "webhooks of"]),
    ("phrases", "The rate limit is 100; limit your rate", ['"rate limit"', '"limit your rate"', "limit rate"], ['"limit rate"', '"rate limits"']),
]  # fmt: skip
