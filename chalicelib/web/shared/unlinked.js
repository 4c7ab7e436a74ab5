// In the place of the finder of bare addresses that the parser of Markdown brings along: ours is a rule in markdown.js.

export default class Unlinked {}
