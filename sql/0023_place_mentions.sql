-- What posts say of places, place by place: a post may speak of several, and of each in its own way.

create table place_mentions (
  post_id uuid not null references scraped_posts (id) on delete cascade,
  activity_node_id uuid not null references activity_nodes (id) on delete cascade,
  -- Which reader found it. Of a post, what its newest reader found counts (scraped_posts.extractor).
  extractor text not null,
  voice text not null check (voice in ('local', 'tourist')),
  stance text not null check (stance in ('praise', 'neutral', 'warn')),
  sentiment real not null check (sentiment between 0 and 1),
  avoid boolean not null,
  confidence real not null check (confidence between 0 and 1),
  vibe_tags text[] not null default '{}',
  -- Words of the post; they end when its text ends.
  quote text,
  created_at timestamptz not null default now(),
  primary key (post_id, activity_node_id, extractor)
);
create index place_mentions_by_node on place_mentions (activity_node_id);

-- The author is a keyed pseudonym. The text ends after a time; what was read in it stays.
alter table scraped_posts add column author text;
alter table scraped_posts add column language text;
alter table scraped_posts add column fingerprint text not null default '0000000000000000';
alter table scraped_posts add column read_hash text;
alter table scraped_posts alter column raw_text drop not null;
create index scraped_posts_by_source on scraped_posts (city_id, source, external_id);
create index scraped_posts_with_text on scraped_posts (created_at) where raw_text is not null;

insert into place_mentions (post_id, activity_node_id, extractor, voice, stance, sentiment, avoid, confidence, vibe_tags)
select id, activity_node_id, coalesce(extractor, 'keyword@1'), case when tourist_flag then 'tourist' else 'local' end,
  case when avoid or sentiment < 0.4 then 'warn' when sentiment > 0.6 then 'praise' else 'neutral' end,
  coalesce(sentiment, 0.5), coalesce(avoid, false), 0.5, vibe_tags
from scraped_posts where activity_node_id is not null;
update scraped_posts set extractor = 'keyword@1' where extractor is null;
-- Old posts have no fingerprint: each is taken for its own.
update scraped_posts set fingerprint = substr(md5(id::text), 1, 16);

-- A place's vibes without those that posts found, where they found some.
alter table activity_nodes add column own_vibe_tags text[];
alter table activity_nodes add column own_vibe_weights real[];
