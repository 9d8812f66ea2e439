"""Technical services without domain words: settings, clock, database, Redis, embedded servers, audit."""
