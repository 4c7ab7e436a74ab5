// What there is to connect: of each kind its name, an example of its settings, and what is to be done on the other side.

const TRACKER_STEPS = ["“Try it” says who we are there, and what is missing.", "“Make its webhook” makes the webhook there. Where that is not allowed: by hand, with the install’s address and secret.", "“States” shows what each state there is taken for: look them over."];

export const KINDS = {
  form: {
    name: "Contact form", config: { allowed_origins: [] },
    steps: ["It has a page of its own at once.", "Link to that page, or post your own form to its address.", "Open the page, and send something."],
  },
  webhook: {
    name: "Signed webhook", config: { url: "https://…", all_rooms: true },
    steps: ["Keep its secret: it is shown once.", "Let your server answer the address with a 2xx, and check `webhook-signature` with a library of Standard Webhooks.", "“Try it” sends a signed ping to your address."],
  },
  email: {
    name: "E-mail", config: { provider: "postmark", address: "support@in.example.com" },
    steps: ["Let the mail of the address come to Postmark, SendGrid, Mailgun or SES (`provider`).", "There, set the inbound webhook to the install’s address with its secret: https://parley:SECRET@…; for Mailgun as it is, with ?as=mime.", "Mails go out by SES: the stack’s operator sets that up with `make mail`.", "Write to the address: a room opens."],
  },
  slack: {
    name: "Slack", config: { team: "T…", agent_channel: "C…" },
    steps: ["api.slack.com/apps → Create New App → From a manifest: infra/manifests/slack.json, with the install’s address in it. Install it to your workspace.", "“Change”: the signing secret and the bot’s token (xoxb-…), your team’s id and the channel of your agents.", "Event Subscriptions → Retry the Request URL.", "Invite Parley to your agents’ channel and to each customer’s; bind a channel from the side of a room.", "“Try it” lists the scopes that are missing."],
  },
  msteams: {
    name: "Microsoft Teams", config: { app_id: "…" },
    steps: ["Azure: make a Bot resource, and a client secret of its app (`app_password`).", "Give the Bot resource the install’s address as its messaging endpoint, and add its Microsoft Teams channel.", "Fill in infra/manifests/msteams.json, zip it with two icons, and give the app to your customers.", "In a channel say “@Support connect CODE”; a code is made at the side of a room."],
  },
  tracker: { name: "Any other tracker", config: { url: "https://…" }, steps: ["It is asked by signed POSTs at `url`, and tells of changes by signed webhooks.", ...TRACKER_STEPS] },
  github: { name: "GitHub", config: { repository: "acorn/api" }, steps: ["A fine-grained token of an account of its own: the repository; Issues and Webhooks read and write. Or a GitHub App’s `app_id` and private key.", ...TRACKER_STEPS] },
  gitlab: { name: "GitLab", config: { project: "acme/api" }, steps: ["Project → Settings → Access tokens: Reporter (Maintainer, to make the webhook), scope api.", ...TRACKER_STEPS] },
  jira: { name: "Jira", config: { url: "https://acme.atlassian.net", project: "ACME" }, steps: ["An account of its own that may browse, create, edit, transition and comment; its API token, with its e-mail. On Data Center a personal access token.", ...TRACKER_STEPS] },
  linear: { name: "Linear", config: { team: "ENG" }, steps: ["Settings → Security & access → Personal API keys: read and write (admin, to make the webhook).", ...TRACKER_STEPS] },
  asana: { name: "Asana", config: { project: "1200000000000001" }, steps: ["An account of its own, as an editor of the project: My settings → Apps → Developer console → personal access token.", ...TRACKER_STEPS] },
};
const TALK = new Set(["form", "webhook", "widget", "slack", "email", "msteams"]);

export const isTracker = (kind) => !TALK.has(kind);
