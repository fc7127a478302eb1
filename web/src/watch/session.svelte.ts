/** Who looks at this page, as the recorder knows him. */
import { ask, onNotSignedIn, Refusal } from "../api/client";
import type { Session as Answer } from "../api/types";

const PATH = "/api/v1/session";
const AGAIN_MS = 2000;

class Session {
  private answer = $state.raw<Answer | null>(null);
  /** The recorder has been asked, whatever came of it. */
  wasAsked = $state(false);

  constructor() {
    onNotSignedIn(() => {
      if (!this.mustSignIn) void this.load();
    });
  }

  /** Nothing can be shown before somebody has signed in. */
  get mustSignIn(): boolean {
    return this.answer !== null && this.answer.role === null;
  }

  /** False for a viewer, to whom the recorder refuses every change. */
  get mayAct(): boolean {
    return this.answer?.role !== "viewer";
  }

  /** Null where nobody is asked who he is. */
  get name(): string | null {
    return this.answer?.name ?? null;
  }

  get isOpenToNetwork(): boolean {
    return this.answer?.is_open_to_network ?? false;
  }

  async load(): Promise<void> {
    try {
      this.answer = await ask<Answer>("GET", PATH);
    } catch {
      window.setTimeout(() => void this.load(), AGAIN_MS);
    }
    this.wasAsked = true;
  }

  /** The page begins anew for who has signed in. Otherwise says why that was refused. */
  async signIn(password: string): Promise<Refusal | null> {
    try {
      await ask<Answer>("POST", PATH, { body: { password } });
    } catch (error) {
      if (error instanceof Refusal) return error;
      throw error;
    }
    location.reload();
    return null;
  }

  async signOut(): Promise<void> {
    try {
      await ask<Answer>("DELETE", PATH);
    } finally {
      location.reload();
    }
  }
}

export const session = new Session();
