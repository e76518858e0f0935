import { deriveId, isId } from '../../../core/index.js';
import { BoundedCache } from '../../bounded-cache.js';
import type { LineFault } from '../readers/entry.js';
import type { OnId } from '../readers/fields.js';
import type { RawStatement } from './schema.js';

export interface Learner {
  readonly userId: string;
  /** The account whose name the id was derived from; `undefined` for a UUID, which is unique on its own. */
  readonly account: Account | undefined;
}

export interface Account {
  /** Empty if the account has none. */
  readonly homePage: string;
  readonly name: string;
}

const IDENTIFIERS = 'account, mbox, mbox_sha1sum or openid';

/** Learners in the cache. */
const MAX_CACHED = 10_000;

/** Identifies learners, so that an id is derived once for many statements. */
export class Learners {
  readonly #namespace: string;
  readonly #onId: OnId | undefined;
  readonly #cache = new BoundedCache<string, Learner>(MAX_CACHED);

  constructor(namespace: string, onId: OnId | undefined) {
    this.#namespace = namespace;
    this.#onId = onId;
  }

  find(actor: RawStatement['actor']): Learner | LineFault {
    if (!actor) return { field: 'actor', detail: `is required and must have ${IDENTIFIERS}` };
    if (actor.objectType === 'Group') {
      return { field: 'actor', detail: 'is a group; a session belongs to one learner' };
    }
    const { account, mbox, mbox_sha1sum: sha1, openid } = actor;
    const identifier = [
      { field: 'actor.account.name', text: account?.name },
      { field: 'actor.mbox', text: mbox?.replace(/^mailto:/i, '') },
      { field: 'actor.mbox_sha1sum', text: sha1 },
      { field: 'actor.openid', text: openid },
    ].find(({ text }) => typeof text === 'string');
    if (!identifier) {
      return { field: 'actor', detail: `has no ${IDENTIFIERS}; an anonymous learner cannot be imported` };
    }
    const text = identifier.text?.trim() ?? '';
    if (text === '') return { field: identifier.field, detail: 'is empty; it must identify the learner' };
    return this.#learner(text, account ? (account.homePage?.trim() ?? '') : undefined);
  }

  #learner(text: string, homePage: string | undefined): Learner {
    const key = JSON.stringify([homePage, text]);
    return this.#cache.getOrAdd(key, () => {
      const isNamed = homePage !== undefined && !isId(text);
      const userId = deriveId(text, this.#namespace);
      this.#onId?.('user', text, userId);
      return { userId, account: isNamed ? { homePage, name: text } : undefined };
    });
  }
}
