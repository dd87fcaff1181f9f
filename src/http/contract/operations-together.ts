/** What operations between people are for: votes, links, a plan that is shared, and being told of it. */
import { EXAMPLE } from "./examples.ts"
import type { OperationWords } from "./operation-words.ts"

export const TOGETHER: Readonly<Record<string, OperationWords>> = {
  "votes.open": {
    summary: "Let the group vote on an offer",
    description:
      "From then on nobody answers it alone. It is counted when everybody has voted, when one answer has more than half of the group, or at the deadline; where nobody votes, or as many want one thing as another, the default decides: to go on as planned unless another is named. The result comes with the offer's answer on the stream.",
    body: { minutes: 10, default: { response: "dismiss" } }
  },
  "votes.cast": {
    summary: "Vote",
    description: "Replaces what you voted before. The others hear that you voted, and nobody hears what.",
    body: { response: "accept", option_id: EXAMPLE.option }
  },
  "votes.read": {
    summary: "The vote that is open",
    description: "With what you voted yourself; null where none is open."
  },
  "links.make": {
    summary: "Make a secret link",
    description:
      "An invitation for whoever you give it to, a calendar that follows the plan, or a view of the plan that anybody who has the link may read without signing in. Its secret is told once, and no receipt keeps it: sent again, it is another one.",
    body: { kind: "invite", from_name: "Ann" }
  },
  "links.mine": { summary: "Your links to a trip", description: "Those that still hold, without their secrets." },
  "links.revoke": {
    summary: "Revoke a link",
    description: "From this moment it leads nowhere. Also of a trip that you have left."
  },
  "links.invitation": {
    summary: "Look at an invitation",
    description:
      "Who asks, for where and when, and what members see of each other: all that one should know before joining."
  },
  "links.accept": { summary: "Join by an invitation", description: "Answers with the trip that you belong to now." },
  "companions.suggestions": {
    summary: "Who might travel well with you",
    description:
      "Up to ten travelers who are open to it, as you have to be: nearest in taste, ordered by the model that `X-Model-Version` names. Of each you see what you both like, and nothing else. That they were shown to you is kept, so that answers can be learnt from; whom you have answered does not come again. Where both of you said yes, they stand in `mutual`."
  },
  "companions.open": {
    summary: "Be open to companions, or no longer",
    description:
      "Only who is open is suggested to others, and has others suggested. Closed, you are suggested to nobody from this moment, and what was suggested and answered of you is forgotten.",
    body: { open: true }
  },
  "companions.answer": {
    summary: "Say what you think of a suggestion",
    description:
      "Says whether you both want to. Nobody is told of a no. To plan together, name each other among your companions.",
    body: { answer: "accepted" }
  },
  "push.key": {
    summary: "The key that browsers subscribe with",
    description:
      "What `pushManager.subscribe` takes as its `applicationServerKey`. The same for as long as the database lives."
  },
  "push.mine": { summary: "Your devices that are told", description: "With their quiet hours." },
  "push.subscribe": {
    summary: "Be told on this device",
    description:
      "Of offers that come while no stream of the trip is open, and of votes; each event once. Takes what the browser's `PushSubscription.toJSON()` gives, and quiet hours by the clock of the city that you travel in. Ten devices are kept, the newest; sent again, it replaces what it was.",
    body: {
      endpoint: "https://fcm.googleapis.com/fcm/send/dpH5lCsTSSM:APA91bHqjZxM0VImWWqDRN7U0a3AycjUf4O",
      keys: {
        p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        auth: "BTBZMqHH6r4Tts7J_aSIgg"
      },
      quiet: { from: "22:00", until: "07:00" }
    }
  },
  "push.unsubscribe": {
    summary: "Be told no more on a device",
    description: "From this moment nothing is sent there."
  },
  "pushAnswers.answer": {
    summary: "Answer from a notification",
    description:
      "With the `answer` that came in it, in place of a token: it stands for its person and that one offer. Where the group votes, it is their vote. Needs no token.",
    body: { code: "pVd0gJmV4o3yq1uQ0bYc8tqLr5w6S2Zk", answer: { response: "accept", option_id: EXAMPLE.option } }
  },
  "shared.read": {
    summary: "Read a shared plan",
    description:
      "Where one goes and when, by a link of kind `share`. Who travels, where they sleep, what they like and what they ruled out is not part of it. Needs no token; `/ws/shared` tells when there is something new."
  }
}
