import { createChannel } from "../channel/channel.ts";
import type { Codec } from "../channel/codec.ts";
import { controlCodec } from "../channel/control_codec.ts";
import type { SenderHandle } from "../channel/handle.ts";
import type { Receiver } from "../channel/receiver.ts";
import type { Sender } from "../channel/sender.ts";
import { DEFAULT_CAPACITY } from "../client/check_options.ts";
import type { ControlMessage } from "../client/events.ts";
import type { ClientOptions, ThreadOptions } from "../client/options.ts";
import type { OpenRequest } from "./open_request.ts";
import { OwnerLookup } from "./owner_lookup.ts";
import { type Report, reportCodec } from "./reports.ts";

const REPORT_CAPACITY = 64 * 1024;

/** The owner's ends of the channels to a connection that another thread hosts. */
export class OwnerChannels<Event> {
  readonly events: Receiver<Event>;
  readonly control: Sender<ControlMessage>;
  readonly reports: Receiver<Report>;
  /** Where names are looked up by a function of this thread. */
  readonly lookup: OwnerLookup | undefined;
  /** The other ends, for the host. */
  readonly handles: Pick<OpenRequest, "events" | "control" | "reports" | "lookups">;

  /** The ends that the host opens for itself; ours are kept open until it has. */
  #lent: readonly { release(): void }[];

  constructor(options: ClientOptions & ThreadOptions, eventCodec: Codec<Event>) {
    const { eventCapacity = DEFAULT_CAPACITY, controlCapacity = DEFAULT_CAPACITY, spinWaitDuration } =
      options;
    const events = createChannel(eventCodec, { capacity: eventCapacity, spinWaitDuration });
    const control = createChannel(controlCodec, { capacity: controlCapacity, spinWaitDuration });
    const reports = createChannel(reportCodec, { capacity: REPORT_CAPACITY });
    const lookup = OwnerLookup.of(options.lookup);
    this.events = events.receiver;
    this.control = control.sender;
    this.reports = reports.receiver;
    this.lookup = lookup;
    this.handles = {
      events: events.sender.handle() as SenderHandle<never>,
      control: control.receiver.handle(),
      reports: reports.sender.handle(),
      lookups: lookup?.handle,
    };
    this.#lent = [events.sender, control.receiver, reports.sender, ...lookup ? [lookup.lent] : []];
  }

  /** The host has opened its ends. */
  handedOver(): void {
    for (const end of this.#lent) end.release();
    this.#lent = [];
  }
}
