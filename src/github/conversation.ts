/** A comment as GitHub has it. */
export interface Comment {
  id: number;
  /** '' where it has none. */
  body: string;
  /** The account's name, such as `github-actions[bot]`; '' when the account is gone. */
  author: string;
  /** Written by an app. */
  isBot: boolean;
  /** Where people see it. */
  page: string;
}

/** A pull request, as far as a commit belongs to it. */
export interface PullRequest {
  number: number;
  isOpen: boolean;
  /** The commit at its end. */
  head: string;
  /** The commit that merged it. */
  merged: string | undefined;
}

/** What is asked of GitHub; each call fails with `Trouble`. */
export interface Conversation {
  /** All comments of a pull request, oldest first, a page at a time. */
  comments(pullRequest: number): AsyncIterable<readonly Comment[]>;
  write(pullRequest: number, body: string): Promise<Comment>;
  rewrite(id: number, body: string): Promise<Comment>;
  remove(id: number): Promise<void>;
  /** The name with which the token writes; `undefined` where GitHub does not say. */
  self(): Promise<string | undefined>;
  pullRequestsOf(commit: string): Promise<readonly PullRequest[]>;
}
