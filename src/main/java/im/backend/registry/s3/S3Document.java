package im.backend.registry.s3;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** The XML of answers, of which a handful of elements matter. A document type is refused, and with it every entity. */
record S3Document(Element root) {
    static S3Document read(byte[] content) throws IOException {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            DocumentBuilder builder = factory.newDocumentBuilder();
            builder.setErrorHandler(null);
            return new S3Document(
                    builder.parse(new ByteArrayInputStream(content)).getDocumentElement());
        } catch (SAXException broken) {
            throw new IOException("an answer that is no XML", broken);
        } catch (ParserConfigurationException partOfEachJdk) {
            throw new IllegalStateException(partOfEachJdk);
        }
    }

    /** The code of an error; empty when it is none. */
    static Optional<String> error(byte[] content) {
        try {
            S3Document document = read(content);
            return document.root().getTagName().equals("Error") ? Optional.of(document.text("Code")) : Optional.empty();
        } catch (IOException somethingElse) {
            return Optional.empty();
        }
    }

    List<S3Document> all(String name) {
        NodeList found = root.getElementsByTagName(name);
        List<S3Document> all = new ArrayList<>();
        for (int at = 0; at < found.getLength(); at++) {
            all.add(new S3Document((Element) found.item(at)));
        }
        return all;
    }

    /** Of the first one of that name; empty when there is none. */
    String text(String name) {
        NodeList found = root.getElementsByTagName(name);
        return found.getLength() == 0 ? "" : found.item(0).getTextContent().strip();
    }
}
