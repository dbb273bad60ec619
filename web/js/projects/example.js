/** A brief to begin with: small, and with something in it for every stage. A paragraph is one line of it. */
export const EXAMPLE = {
  name: "Short links for the support team",
  description: `# Short links for the support team

Our support team pastes long help-centre links into chats and letters. Customers mistype them, and nobody knows \
which of them are ever opened. We want a small service that turns a long address into a short one, and counts.

## Requirements

- Shorten: anyone on the team can turn an address of up to 2,048 characters into a short link of at most 7 \
characters; the same address gives the same link.
- Redirect: opening a short link answers with a 302 to the original address; an unknown link answers 404.
- Custom names: a link can be given a readable name such as \`/returns\`; a name that is taken is refused.
- Counting: for each link, the team sees how often it was opened on each of the last 90 days.

## Out of scope

- Accounts for customers

## Constraints

One process on one machine, and no third-party service in the path of a redirect.
`,
};
