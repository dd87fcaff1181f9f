-- Which server owns a trip was never read from here.
alter table trips drop column owner_epoch;
