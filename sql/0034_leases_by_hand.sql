-- Who owns is settled by the servers. An edit by hand that would let two of them count as the owner is refused in a sentence.
create function refuse_lease_edit() returns trigger language plpgsql as $$
begin
  if tg_op <> 'UPDATE' then
    raise exception 'shard_leases keeps its row: without it nobody can own the trips. To take them from a server, stop that server';
  elsif new.epoch < old.epoch then
    raise exception 'the epoch of a lease never falls (% to %): what was written under the later one would not count any more', old.epoch, new.epoch;
  elsif new.since_epoch > new.epoch then
    raise exception 'what its owner writes under epoch % would not count: since_epoch must not be above epoch', new.epoch;
  elsif new.directory is distinct from old.directory and new.directory is not null and new.epoch = old.epoch then
    raise exception 'a lease passes to another server with a higher epoch only: stop the server that owns, and another takes over';
  end if;
  return new;
end $$;

create trigger lease_edit before update or delete on shard_leases for each row execute function refuse_lease_edit();
create trigger lease_truncate before truncate on shard_leases for each statement execute function refuse_lease_edit();
