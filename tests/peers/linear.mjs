// Teaches the emulator of Linear what its subset of Linear's schema leaves out and Parley uses: ids of the caller's
// choice, the trash, attachments, the search, filters by time, moving between teams. Each change must be found, so
// that another version of the emulator is noticed. Loaded by `node --import` (ADR 47).

import { registerHooks } from "node:module";

const CHANGES = [
  ["  scalar TeamFilter\n", "  scalar TeamFilter\n  scalar DateComparator\n  scalar IssueSortInput\n"],
  ["  input IssueCreateInput {\n", "  input IssueCreateInput {\n    id: String\n"],
  ["  input CommentCreateInput {\n", "  input CommentCreateInput {\n    id: String\n"],
  ["  input IssueUpdateInput {\n", "  input IssueUpdateInput {\n    teamId: String\n"],
  ["linear_id: linearId(),\n        identifier:", "linear_id: chosenId(ls().issues, input.id),\n        identifier:"],
  [
    "linear_id: linearId(),\n        issue_id: issue.linear_id,\n        user_id: actor.linear_id,",
    "linear_id: chosenId(ls().comments, input.id),\n        issue_id: issue.linear_id,\n        user_id: actor.linear_id,",
  ],
  [
    "function linearId() {",
    `function chosenId(rows, id) {
  if (id && rows.findOneBy("linear_id", id)) throw new Error("There is one with that id");
  return id || linearId();
}
const attachments = [];
function linearId() {`,
  ],
  ["    createAsUser: String\n    displayIconUrl: String\n    issue: Issue!", "    botActor: User\n    externalUser: User\n    createAsUser: String\n    displayIconUrl: String\n    issue: Issue!"],
  [
    "    archivedAt: String\n    canceledAt: String\n    completedAt",
    "    trashed: Boolean\n    attachments: AttachmentConnection!\n    archivedAt: String\n    canceledAt: String\n    completedAt",
  ],
  [
    "    archivedAt: issue.archived_at,\n    canceledAt",
    "    trashed: issue.trashed ?? null,\n    attachments: () => ({ nodes: attachments.filter((one) => one.issueId === issue.linear_id) }),\n    archivedAt: issue.archived_at,\n    canceledAt",
  ],
  [
    "  type NodeRef {",
    `  type Attachment { id: String! title: String! url: String! }
  type AttachmentConnection { nodes: [Attachment!]! }
  input AttachmentCreateInput { issueId: String! title: String! url: String! }
  type NodeRef {`,
  ],
  [
    "  type Mutation {\n",
    "  type Mutation {\n    attachmentCreate(input: AttachmentCreateInput!): DeletePayload!\n",
  ],
  [
    "    issueUpdate: async ({ id, input }) => {",
    `    attachmentCreate: ({ input }) => {
      const issue = requireIssue(store, input.issueId);
      const there = attachments.find((one) => one.issueId === issue.linear_id && one.url === input.url);
      if (there) there.title = input.title;
      else attachments.push({ ...input, id: linearId() });
      return deletePayload(issue.linear_id);
    },
    searchIssues: ({ term, first, teamId }) => {
      requireRead();
      const found = ls().issues.all().filter((issue) => (!teamId || issue.team_id === teamId)
        && \`\${issue.title} \${issue.description}\`.toLowerCase().includes(term.toLowerCase()));
      return connectIssues(context, found, { first });
    },
    issueUpdate: async ({ id, input }) => {`,
  ],
  [
    '      if ("title" in input) patch.title',
    `      if (input.teamId && input.teamId !== issue.team_id) {
        const team = requireTeam(store, input.teamId);
        patch.team_id = team.linear_id;
        patch.number = nextIssueNumber(store, team.linear_id);
        patch.identifier = \`\${team.key}-\${patch.number}\`;
        patch.state_id = ls().workflowStates.findBy("team_id", team.linear_id)[0].linear_id;
      }
      if ("title" in input) patch.title`,
  ],
  ["      ls().issues.delete(issue.id);\n", "      ls().issues.update(issue.id, { trashed: true, archived_at: new Date().toISOString() });\n"],
  ["    team: StringComparator\n    state", "    team: TeamFilter\n    updatedAt: DateComparator\n    state"],
  ["team?.name], filter.team)", "team?.name], filter.team?.id),\n    !filter.updatedAt?.gte || issue.updated_at >= filter.updatedAt.gte"],
  ['var ISSUE_FILTER_FIELDS = [\n', 'var ISSUE_FILTER_FIELDS = [\n  "updatedAt",\n'],
  [
    "before: String, filter: IssueFilter, orderBy: String): IssueConnection!\n    issue(id",
    "before: String, filter: IssueFilter, orderBy: String, sort: [IssueSortInput!], includeArchived: Boolean): IssueConnection!\n    searchIssues(term: String!, first: Int, teamId: String): IssueConnection!\n    issue(id",
  ],
  [
    "filteredIssues(context, args.filter, args.orderBy)",
    'filteredIssues(context, args.filter, args.sort ? "updatedAt" : args.orderBy)',
  ],
];

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const source = String(loaded.source ?? "");
    if (!source.includes("../@emulators/linear/dist/index.js")) return loaded;
    return { ...loaded, source: CHANGES.reduce(changed, source) };
  },
});

function changed(source, [before, after]) {
  if (source.split(before).length !== 2) throw new Error(`The emulator of Linear is another: ${before}`);
  return source.replace(before, () => after);
}
