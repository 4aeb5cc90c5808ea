package im.backend.store.sql;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jdbi.v3.core.statement.ParsedSql;
import org.jdbi.v3.core.statement.SqlParser;
import org.jdbi.v3.core.statement.StatementContext;

/**
 * Finds {@code :name} in the statements of this package. Jdbi's own parser is a generated one for any SQL, which takes a
 * good part of each start to set itself up; ours are constants, so that each is read once and remembered.
 */
final class NamedParameters implements SqlParser {
    /** What may hold a colon that is no parameter comes first: text, a comment, a cast of PostgreSQL. */
    private static final Pattern TOKEN = Pattern.compile("'[^']*'|--[^\\n]*|::|:([A-Za-z]\\w*)");

    private final Map<String, ParsedSql> known = new ConcurrentHashMap<>();

    @Override
    public ParsedSql parse(String sql, StatementContext context) {
        return known.computeIfAbsent(sql, NamedParameters::parsed);
    }

    @Override
    public String nameParameter(String rawName, StatementContext context) {
        return ":" + rawName;
    }

    static ParsedSql parsed(String sql) {
        ParsedSql.Builder parsed = ParsedSql.builder();
        Matcher token = TOKEN.matcher(sql);
        int copied = 0;
        while (token.find()) {
            String name = token.group(1);
            if (name != null) {
                parsed.append(sql.substring(copied, token.start())).appendNamedParameter(name);
                copied = token.end();
            }
        }
        return parsed.append(sql.substring(copied)).build();
    }
}
