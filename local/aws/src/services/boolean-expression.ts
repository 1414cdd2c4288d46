/** The words of an expression, read one after the other. */
export class Words {
  readonly #words: readonly string[];
  #at = 0;

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  peek(): string | undefined {
    return this.#words[this.#at];
  }

  next(): string | undefined {
    this.#at += 1;
    return this.#words[this.#at - 1];
  }

  /** Steps over the next word if it is this one, in any case of letters. */
  takes(word: string): boolean {
    if (this.peek()?.toUpperCase() !== word) return false;
    this.#at += 1;
    return true;
  }
}

/** Whether something is as an expression says. */
export type Test<T> = (subject: T) => boolean;

/** How a language writes its operators, and what its operands are. */
export interface BooleanLanguage<T> {
  or: string;
  and: string;
  /** Operands that stand beside each other are both meant. */
  joinsByItself?: boolean;
  /** Reads what is no operator and no parenthesis; throws for what it does not know. */
  operand(words: Words): Test<T>;
  /** Throws the error of an expression that ends too early, or goes on. */
  fail(words: Words): never;
}

/** Reads a whole expression: `or` binds weakest, then `and`, then `!`; parentheses group. */
export function readExpression<T>(language: BooleanLanguage<T>, words: Words): Test<T> {
  const test = readAny(language, words);
  return words.peek() === undefined ? test : language.fail(words);
}

/** Reads as far as the expression goes; what follows is left. */
export function readAny<T>(language: BooleanLanguage<T>, words: Words): Test<T> {
  const tests = [readAll(language, words)];
  while (words.takes(language.or)) tests.push(readAll(language, words));
  return subject => tests.some(test => test(subject));
}

function readAll<T>(language: BooleanLanguage<T>, words: Words): Test<T> {
  const tests = [readOne(language, words)];
  const goesOn = () =>
    words.takes(language.and) ||
    (language.joinsByItself === true && !['', ')', '}', language.or].includes(words.peek()?.toUpperCase() ?? ''));
  while (goesOn()) tests.push(readOne(language, words));
  return subject => tests.every(test => test(subject));
}

function readOne<T>(language: BooleanLanguage<T>, words: Words): Test<T> {
  if (words.takes('!')) {
    const test = readOne(language, words);
    return subject => !test(subject);
  }
  if (!words.takes('(')) return language.operand(words);
  const test = readAny(language, words);
  return words.takes(')') ? test : language.fail(words);
}
