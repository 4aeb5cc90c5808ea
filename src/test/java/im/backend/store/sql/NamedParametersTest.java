package im.backend.store.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.jdbi.v3.core.statement.ParsedSql;
import org.junit.jupiter.api.Test;

final class NamedParametersTest {
    @Test
    void namesBecomeQuestionMarksInTheirOrder() {
        ParsedSql parsed =
                NamedParameters.parsed("UPDATE project SET live = :version WHERE id = :id AND live < :version");

        assertThat(parsed.getSql()).isEqualTo("UPDATE project SET live = ? WHERE id = ? AND live < ?");
        assertThat(parsed.getParameters().getParameterNames()).containsExactly("version", "id", "version");
    }

    @Test
    void aStatementWithoutParametersStaysAsItIs() {
        String sql = "SELECT COUNT(*) FROM project";

        ParsedSql parsed = NamedParameters.parsed(sql);

        assertThat(parsed.getSql()).isEqualTo(sql);
        assertThat(parsed.getParameters().getParameterCount()).isZero();
    }

    @Test
    void aColonInTextOrACommentOrACastIsNoParameter() {
        String sql = "SELECT 'it''s :a', b::text -- it's :c\nFROM d WHERE e = ";

        ParsedSql parsed = NamedParameters.parsed(sql + ":f");

        assertThat(parsed.getSql()).isEqualTo(sql + "?");
        assertThat(parsed.getParameters().getParameterNames()).containsExactly("f");
    }
}
