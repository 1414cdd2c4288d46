import { createHash } from 'node:crypto';
import { type Repositories, type Repository, type StoredImage, TagTaken } from './repositories.ts';

/** For tests: repositories in memory, and the calls that were made. */
export class KeptRepositories implements Repositories {
  readonly calls: string[] = [];
  readonly settings = new Map<string, Parameters<Repositories['create']>[1]>();
  readonly #repositories = new Map<string, Repository>();
  readonly #images = new Map<string, Map<string, StoredImage>>();
  #tokens = 0;

  /** One that was there before. */
  add(name: string, hasMovingTags = false): void {
    this.#repositories.set(name, { name, uri: `registry.test/${name}`, hasMovingTags });
  }

  /** An image as a push leaves it; gives its digest. */
  push(name: string, tag: string, manifest: object): string {
    const text = JSON.stringify(manifest);
    const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
    const images = this.#images.get(name) ?? new Map<string, StoredImage>();
    this.#images.set(name, images);
    for (const key of [tag, digest]) images.set(key, { digest, manifest: text });
    return digest;
  }

  tagOf(name: string, tag: string): string | undefined {
    return this.#images.get(name)?.get(tag)?.digest;
  }

  async find(name: string) {
    this.calls.push(`find ${name}`);
    return this.#repositories.get(name);
  }

  async create(name: string, settings: Parameters<Repositories['create']>[1]) {
    this.calls.push(`create ${name}`);
    const isNew = !this.#repositories.has(name);
    if (isNew) {
      this.add(name, settings.hasMovingTags);
      this.settings.set(name, settings);
    }
    return { repository: this.#repositories.get(name) as Repository, isNew };
  }

  async images(name: string, references: readonly string[]) {
    this.calls.push(`images ${name}`);
    const images = this.#images.get(name);
    return new Map(
      references.flatMap((one): [string, StoredImage][] => {
        const image = images?.get(one);
        return image ? [[one, image]] : [];
      }),
    );
  }

  async tag(name: string, image: StoredImage, tag: string) {
    this.calls.push(`tag ${name}:${tag}`);
    const images = this.#images.get(name);
    const there = images?.get(tag);
    if (there && there.digest !== image.digest && !this.#repositories.get(name)?.hasMovingTags) throw new TagTaken(tag);
    images?.set(tag, image);
  }

  async login() {
    this.calls.push('login');
    this.#tokens += 1;
    return { user: 'AWS', token: `token-${this.#tokens}` };
  }

  /** Without the calls that only read. */
  writes(): string[] {
    return this.calls.filter(call => /^(create|tag) /.test(call));
  }
}
