-- Evidence has kinds. What an editor thinks is a judgement with an uncertainty and no count; what is counted says of
-- which kind its rows are. The words local and tourist say who speaks, and are called the voice.

alter table quality_signals rename column kind to voice;
alter table quality_signals rename constraint quality_signals_kind_check to quality_signals_voice_check;
alter table quality_signals rename constraint quality_signals_activity_node_id_source_kind_key to quality_signals_activity_node_id_source_voice_key;
alter table quality_signals add column kind text;
update quality_signals set kind = case
  when source like 'posts:%' then 'posts' when source like 'shadow\_%' then 'travelers' else 'aggregator' end;
alter table quality_signals alter column kind set not null;
alter table quality_signals add constraint quality_signals_kind_check check (kind in ('posts', 'aggregator', 'travelers'));

create table editor_judgements (
  activity_node_id uuid primary key references activity_nodes (id) on delete cascade,
  source text not null,
  licence text not null,
  local_score real check (local_score between 0 and 1),
  local_note text,
  tourist_score real check (tourist_score between 0 and 1),
  tourist_note text,
  warning text,
  uncertainty real not null check (uncertainty between 0.05 and 0.5),
  created_at timestamptz not null default now()
);

-- Editors' judgements were kept as eight mentions each, which nobody had counted.
insert into editor_judgements (activity_node_id, source, licence, local_score, local_note, tourist_score, tourist_note, warning, uncertainty)
select q.activity_node_id, min(q.source), coalesce(min(q.licence), 'Apache-2.0'),
  min(q.score) filter (where q.voice = 'local'), min(q.quotes ->> 0) filter (where q.voice = 'local'),
  min(q.score) filter (where q.voice = 'tourist'), min(q.quotes ->> 0) filter (where q.voice = 'tourist'),
  min(q.quotes ->> 1) filter (where q.voice = 'local' and q.avoid_mentions > 0), 0.25
from quality_signals q where q.source = 'curated' group by q.activity_node_id;
delete from quality_signals where source = 'curated';

-- What nodes say of themselves follows; the next seeding works it out in full.
update activity_nodes n set
  quality_signals = jsonb_build_object(
    'local', (select jsonb_build_object('score', sum(q.score * q.mentions) / sum(q.mentions), 'mentions', sum(q.mentions), 'sources', jsonb_agg(distinct q.source))
      from quality_signals q where q.activity_node_id = n.id and q.voice = 'local' and q.mentions > 0 and q.source not like 'shadow\_%' having count(*) > 0),
    'tourist', (select jsonb_build_object('score', sum(q.score * q.mentions) / sum(q.mentions), 'mentions', sum(q.mentions), 'sources', jsonb_agg(distinct q.source))
      from quality_signals q where q.activity_node_id = n.id and q.voice = 'tourist' and q.mentions > 0 and q.source not like 'shadow\_%' having count(*) > 0),
    'avoid_mentions', (select coalesce(sum(q.avoid_mentions), 0) from quality_signals q
      where q.activity_node_id = n.id and q.voice = 'local' and q.source not like 'shadow\_%'),
    'lines', (select coalesce(jsonb_agg(jsonb_build_object('kind', q.kind, 'voice', q.voice, 'source', q.source, 'count', q.mentions,
        'score', q.score, 'licence', q.licence) order by q.voice, q.kind, q.source), '[]')
      from quality_signals q where q.activity_node_id = n.id and q.mentions > 0 and q.source not like 'shadow\_%'))
    || case when n.quality_signals ? 'places_fallback' then '{"places_fallback": true}'::jsonb else '{}' end
    || coalesce((select jsonb_build_object('editor', jsonb_build_object('source', e.source, 'licence', e.licence,
          'local', case when e.local_score is null then null else jsonb_build_object('score', e.local_score, 'note', e.local_note) end,
          'tourist', case when e.tourist_score is null then null else jsonb_build_object('score', e.tourist_score, 'note', e.tourist_note) end,
          'warning', e.warning, 'uncertainty', e.uncertainty))
        || case when n.overrated_flag is null then '{}'::jsonb else '{"flagged_by": "editor"}'::jsonb end
      from editor_judgements e where e.activity_node_id = n.id), '{}'),
  cross_ref_confidence = case when exists (select 1 from editor_judgements e where e.activity_node_id = n.id)
    then least(n.cross_ref_confidence, 0.5) else n.cross_ref_confidence end;

alter table scraped_posts add column url text;
