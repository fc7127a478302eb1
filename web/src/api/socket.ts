/** A WebSocket of the recorder that is opened again whenever it closes, with a back-off. */

const FIRST_MS = 500;
const LONGEST_MS = 8000;

export interface Feed {
  /** Connects again: the connection may be dead without having told. */
  renew: () => void;
  close: () => void;
}

/** Follows `path()`, which is asked again for each connection; every text message is handed on as JSON. */
export function follow(path: () => string, take: (message: unknown) => void): Feed {
  let socket: WebSocket | null = null;
  let wait = FIRST_MS;
  let timer = 0;
  let isClosed = false;

  function open(): void {
    const address = new URL(path(), location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    const mine = new WebSocket(address);
    socket = mine;
    socket.onmessage = (message: MessageEvent<unknown>) => {
      if (socket !== mine) return;
      wait = FIRST_MS;
      if (typeof message.data === "string") take(JSON.parse(message.data));
    };
    socket.onclose = () => {
      if (isClosed || socket !== mine) return;
      timer = window.setTimeout(open, wait);
      wait = Math.min(wait * 2, LONGEST_MS);
    };
  }

  open();
  return {
    renew: () => {
      const old = socket;
      window.clearTimeout(timer);
      wait = FIRST_MS;
      open();
      old?.close();
    },
    close: () => {
      isClosed = true;
      window.clearTimeout(timer);
      socket?.close();
    },
  };
}
