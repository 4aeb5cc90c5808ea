package im.backend.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.Deserializers;
import com.fasterxml.jackson.databind.deser.ValueInstantiator;
import com.fasterxml.jackson.databind.deser.std.ReferenceTypeDeserializer;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.jsontype.TypeDeserializer;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.Serializers;
import com.fasterxml.jackson.databind.ser.std.ReferenceTypeSerializer;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.databind.type.ReferenceType;
import com.fasterxml.jackson.databind.type.TypeBindings;
import com.fasterxml.jackson.databind.type.TypeFactory;
import com.fasterxml.jackson.databind.type.TypeModifier;
import com.fasterxml.jackson.databind.util.NameTransformer;
import java.io.IOException;
import java.lang.reflect.Type;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How the contract writes the JDK types that Jackson 2 does not know: RFC 3339 UTC times, and absence as {@link Optional}. */
final class WireTypes extends SimpleModule {
    private static final long serialVersionUID = 1L;

    WireTypes() {
        super("backendim-wire");
        addSerializer(Instant.class, new InstantWriter());
        addDeserializer(Instant.class, new InstantReader());
        addDeserializer(String.class, new TextReader());
    }

    @Override
    public void setupModule(SetupContext context) {
        super.setupModule(context);
        context.addTypeModifier(new OptionalType());
        context.addSerializers(new OptionalWriters());
        context.addDeserializers(new OptionalReaders());
    }

    private static final class InstantWriter extends StdSerializer<Instant> {
        private static final long serialVersionUID = 1L;

        InstantWriter() {
            super(Instant.class);
        }

        @Override
        public void serialize(Instant value, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeString(value.toString());
        }
    }

    private static final class InstantReader extends StdDeserializer<Instant> {
        private static final long serialVersionUID = 1L;

        InstantReader() {
            super(Instant.class);
        }

        @Override
        public Instant deserialize(JsonParser in, DeserializationContext context) throws IOException {
            try {
                return Instant.parse(in.getText());
            } catch (DateTimeParseException notATime) {
                return (Instant) context.handleWeirdStringValue(
                        Instant.class, in.getText(), "a UTC time as 2026-11-21T22:00:00Z");
            }
        }
    }

    /** No number passes as a text, and no half of a surrogate pair, which could not be written as UTF-8 again. */
    static final class TextReader extends StdDeserializer<String> {
        private static final long serialVersionUID = 1L;

        TextReader() {
            super(String.class);
        }

        @Override
        public String deserialize(JsonParser in, DeserializationContext context) throws IOException {
            if (in.currentToken() != JsonToken.VALUE_STRING) {
                return (String) context.handleUnexpectedToken(String.class, in);
            }
            String text = in.getText();
            return wellFormed(text)
                    ? text
                    : (String) context.handleWeirdStringValue(String.class, "", "a text without lone surrogates");
        }

        static boolean wellFormed(String text) {
            for (int at = 0; at < text.length(); at++) {
                char c = text.charAt(at);
                if (Character.isHighSurrogate(c)
                        && at + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(at + 1))) {
                    at++;
                } else if (Character.isSurrogate(c)) {
                    return false;
                }
            }
            return true;
        }
    }

    private static final class OptionalType extends TypeModifier {
        @Override
        public JavaType modifyType(JavaType type, Type jdkType, @Nullable TypeBindings bindings, TypeFactory factory) {
            return type.isReferenceType() || !type.hasRawClass(Optional.class)
                    ? type
                    : ReferenceType.upgradeFrom(type, type.containedTypeOrUnknown(0));
        }
    }

    private static final class OptionalWriters extends Serializers.Base {
        @Override
        public @Nullable OptionalWriter findReferenceSerializer(
                SerializationConfig config,
                ReferenceType type,
                BeanDescription bean,
                @Nullable TypeSerializer contentType,
                @Nullable JsonSerializer<Object> content) {
            return type.hasRawClass(Optional.class) ? new OptionalWriter(type, contentType, content) : null;
        }
    }

    private static final class OptionalReaders extends Deserializers.Base {
        @Override
        public @Nullable JsonDeserializer<?> findReferenceDeserializer(
                ReferenceType type,
                DeserializationConfig config,
                BeanDescription bean,
                @Nullable TypeDeserializer contentType,
                @Nullable JsonDeserializer<?> content) {
            return type.hasRawClass(Optional.class) ? new OptionalReader(type, null, contentType, content) : null;
        }
    }

    private static final class OptionalWriter extends ReferenceTypeSerializer<Optional<?>> {
        private static final long serialVersionUID = 1L;

        OptionalWriter(
                ReferenceType type, @Nullable TypeSerializer contentType, @Nullable JsonSerializer<Object> content) {
            super(type, true, contentType, content);
        }

        private OptionalWriter(
                OptionalWriter base,
                BeanProperty property,
                TypeSerializer contentType,
                JsonSerializer<?> content,
                NameTransformer unwrapper,
                Object suppressable,
                boolean suppressNulls) {
            super(base, property, contentType, content, unwrapper, suppressable, suppressNulls);
        }

        @Override
        protected ReferenceTypeSerializer<Optional<?>> withResolved(
                BeanProperty property,
                TypeSerializer contentType,
                JsonSerializer<?> content,
                NameTransformer unwrapper) {
            return new OptionalWriter(
                    this, property, contentType, content, unwrapper, _suppressableValue, _suppressNulls);
        }

        @Override
        public ReferenceTypeSerializer<Optional<?>> withContentInclusion(Object suppressable, boolean suppressNulls) {
            return new OptionalWriter(
                    this, _property, _valueTypeSerializer, _valueSerializer, _unwrapper, suppressable, suppressNulls);
        }

        @Override
        protected boolean _isValuePresent(Optional<?> value) {
            return value.isPresent();
        }

        @Override
        protected @Nullable Object _getReferenced(Optional<?> value) {
            return value.orElse(null);
        }

        @Override
        protected @Nullable Object _getReferencedIfPresent(Optional<?> value) {
            return value.orElse(null);
        }
    }

    private static final class OptionalReader extends ReferenceTypeDeserializer<Optional<?>> {
        private static final long serialVersionUID = 1L;

        OptionalReader(
                JavaType type,
                @Nullable ValueInstantiator instantiator,
                @Nullable TypeDeserializer contentType,
                @Nullable JsonDeserializer<?> content) {
            super(type, instantiator, contentType, content);
        }

        @Override
        protected OptionalReader withResolved(
                @Nullable TypeDeserializer contentType, @Nullable JsonDeserializer<?> content) {
            return new OptionalReader(_fullType, _valueInstantiator, contentType, content);
        }

        @Override
        public Optional<?> getNullValue(DeserializationContext context) {
            return Optional.empty();
        }

        @Override
        public Object getAbsentValue(DeserializationContext context) {
            return Optional.empty();
        }

        @Override
        public Optional<?> referenceValue(Object contents) {
            return Optional.ofNullable(contents);
        }

        @Override
        public @Nullable Object getReferenced(Optional<?> reference) {
            return reference.orElse(null);
        }

        @Override
        public Optional<?> updateReference(Optional<?> reference, Object contents) {
            return Optional.ofNullable(contents);
        }
    }
}
