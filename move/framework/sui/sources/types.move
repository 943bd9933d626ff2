/// Facts about types that only the network knows.
module sui::types;

/// Whether `T` is named like its module in capitals and this is the single value made at publication.
public native fun is_one_time_witness<T: drop>(_: &T): bool;
