# Sign a token for whoever is logged in. Needs Ruby alone.
require "json"
require "openssl"
require "base64"

# For an hour, as a user of that customer.
def parley_token(customer_id, user_id, name)
  now = Time.now.to_i
  claims = { aud: "parley:user", workspace: ENV.fetch("PARLEY_WORKSPACE"), iat: now, exp: now + 3600,
             customer_id: customer_id, user_id: user_id, name: name }
  part = ->(text) { Base64.urlsafe_encode64(text, padding: false) }
  signed = "#{part.({ alg: "HS256", typ: "JWT" }.to_json)}.#{part.(claims.to_json)}"
  "#{signed}.#{part.(OpenSSL::HMAC.digest("SHA256", ENV.fetch("PARLEY_TOKEN_SECRET"), signed))}"
end
