import { createSocket, type RemoteInfo, type Socket, type SocketType } from 'node:dgram';

export interface SocketWatch {
  /** A datagram could not be used; the error never leaves this folder. */
  onBadPacket(): void;
  /** The network refused: `ECONNREFUSED`, `EHOSTUNREACH`, `ENOTFOUND`... */
  onNetworkError(code: string): void;
}

type MessageListener = (buffer: Buffer, remote: RemoteInfo) => void;

/**
 * Stands between net-snmp and the network. The library takes answers from any sender, and throws inside its
 * message listener on some hostile packets, which would end the process. This socket is connected, so that the
 * kernel drops packets from any other address or port and reports ICMP errors, and it catches what is thrown.
 */
export class GuardedSocket {
  readonly #socket: Socket;
  readonly #watch: SocketWatch;
  readonly #connected: Promise<string | null>;

  constructor(type: SocketType, address: string, port: number, watch: SocketWatch) {
    this.#socket = createSocket(type);
    this.#watch = watch;
    this.#connected = new Promise((resolve) => {
      this.#socket.on('error', (error: NodeJS.ErrnoException) => {
        resolve(error.code ?? 'unknown');
        watch.onNetworkError(error.code ?? 'unknown');
      });
      // Without a callback of its own a failed connect is an 'error' event, like everything else.
      this.#socket.once('connect', () => resolve(null));
      this.#socket.connect(port, address);
    });
  }

  on(event: string, listener: (...parameters: never[]) => void): this {
    if (event === 'message') this.#socket.on('message', this.#guarded(listener as MessageListener));
    else if (event === 'close') this.#socket.on('close', listener as () => void);
    return this;
  }

  /** Same call as dgram's; the address is the one we are connected to. */
  send(
    buffer: Buffer,
    _offset: number,
    _length: number,
    _port: number,
    _address: string,
    done: (error: Error | null) => void,
  ): void {
    void this.#connected.then((code) => {
      if (code !== null) return;
      try {
        this.#socket.send(buffer, (error: NodeJS.ErrnoException | null) => {
          if (error) this.#watch.onNetworkError(error.code ?? 'unknown');
          else done(null);
        });
      } catch {
        this.#watch.onNetworkError('ECLOSED');
      }
    });
  }

  ref(): void {
    this.#socket.ref();
  }

  unref(): void {
    this.#socket.unref();
  }

  close(): void {
    this.#socket.close();
  }

  #guarded(listener: MessageListener): MessageListener {
    return (buffer, remote) => {
      try {
        listener(buffer, remote);
      } catch {
        this.#watch.onBadPacket();
      }
    };
  }
}
